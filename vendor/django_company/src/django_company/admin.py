"""The arrivals in the admin: to read, not to change."""

from django.contrib import admin

from django_company.models import Arrival


@admin.register(Arrival)
class ArrivalAdmin(admin.ModelAdmin):
    list_display = ("version", "short_commit", "short_fingerprint", "arrived_at")
    search_fields = ("version", "commit", "fingerprint")

    @admin.display(description="commit", ordering="commit", empty_value="none")
    def short_commit(self, arrival):
        return arrival.commit[:10] or None

    @admin.display(description="fingerprint", ordering="fingerprint")
    def short_fingerprint(self, arrival):
        return arrival.fingerprint[:10]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False
