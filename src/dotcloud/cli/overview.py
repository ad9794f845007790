"""Every command in one line, in the order a person meets them, and what ``dotcloud`` alone says."""

from __future__ import annotations

from dotcloud import __version__

SECTIONS = {
    "Start": {
        "new": ("dotcloud.cli.new:new", "Make a project in a new folder."),
        "push": ("dotcloud.cli.push:push", "Put the project in this folder live."),
        "open": ("dotcloud.cli.open:command", "Open the site in a browser."),
        "check": ("dotcloud.cli.check:check", "Tell whether a push would work."),
    },
    "Look at": {
        "list": ("dotcloud.cli.list:command", "List the applications."),
        "info": ("dotcloud.cli.info:info", "Show an application, or one of its services."),
        "status": ("dotcloud.cli.status:status", "Show which processes are up."),
        "url": ("dotcloud.cli.url:url", "Print the addresses of the site."),
        "logs": ("dotcloud.cli.logs:logs", "Follow the logs of the running services."),
        "dlist": ("dotcloud.cli.dlist:dlist", "List the deployments."),
        "dlogs": ("dotcloud.cli.dlogs:dlogs", "Show the log of a deployment."),
        "revisions": ("dotcloud.cli.revisions:revisions", "List the revisions that can be deployed."),
        "activity": ("dotcloud.cli.activity:activity", "Show who did what, and when."),
        "memory": ("dotcloud.cli.memory:memory", "Show the memory an instance used."),
    },
    "Change": {
        "deploy": ("dotcloud.cli.deploy:deploy", "Put another revision live: latest, previous or by name."),
        "env": ("dotcloud.cli.env:env", "List, set and unset variables."),
        "scale": ("dotcloud.cli.scale:scale", "Change the number of instances, or their memory."),
        "restart": ("dotcloud.cli.restart:restart", "Restart a service or one instance."),
        "run": ("dotcloud.cli.run:run", "Run a command or a shell in an instance."),
        "destroy": ("dotcloud.cli.destroy:destroy", "Remove a service, an environment or an application."),
    },
    "Applications": {
        "create": ("dotcloud.cli.create:create", "Create an application."),
        "connect": ("dotcloud.cli.connect:connect", "Connect this folder with an application."),
        "disconnect": ("dotcloud.cli.disconnect:disconnect", "Disconnect this folder."),
        "app": ("dotcloud.cli.app:app", "Print the name of the connected application."),
        "environments": ("dotcloud.cli.environments:environments", "List the environments of an application."),
    },
    "More": {
        "vendor": ("dotcloud.cli.vendor:vendor", "The private packages under vendor/."),
        "platform": ("dotcloud.cli.platform:platform", "The platform on this machine."),
    },
}

OVERVIEW = f"""\
dotcloud {__version__} - push a Django site with its private packages.

    dotcloud new mysite    make a project
    dotcloud push          put it live, from inside its folder
    dotcloud open          look at it

Then: dotcloud logs, dotcloud info, dotcloud env set NAME=VALUE,
dotcloud run www -- manage.py shell, dotcloud deploy previous.
Every command: dotcloud --help"""
