"""The tests of this package: ``python manage.py test django_company``."""

from unittest.mock import patch

from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.test import SimpleTestCase, TestCase
from django.urls import reverse

from django_company.arrivals import note_arrival
from django_company.models import Arrival
from django_company.origin import place_of, read_origin
from django_company.views import bars


class HomePage(TestCase):
    def test_it_shows_the_version_and_the_fingerprint_of_the_running_code(self):
        page = self.client.get(reverse("home"))
        self.assertContains(page, read_origin().version)
        self.assertContains(page, read_origin().fingerprint[:12])

    def test_it_stands_when_the_database_does_not_answer(self):
        with patch("django_company.views.MigrationRecorder", side_effect=OperationalError):
            page = self.client.get(reverse("home"))
        self.assertContains(page, "manage.py migrate")

    def test_it_changes_nothing(self):
        self.assertEqual(self.client.post(reverse("home")).status_code, 405)


class Arrivals(TestCase):
    def test_migrate_notes_the_code_it_met(self):
        self.assertEqual(Arrival.objects.get().fingerprint, read_origin().fingerprint)

    def test_the_same_code_is_noted_once(self):
        note_arrival(using="default")
        self.assertEqual(Arrival.objects.count(), 1)

    def test_they_are_in_the_admin_and_cannot_be_changed_there(self):
        self.client.force_login(get_user_model().objects.create_superuser("ada"))
        page = self.client.get(reverse("admin:django_company_arrival_changelist"))
        self.assertContains(page, read_origin().fingerprint[:10])
        self.assertEqual(self.client.get(reverse("admin:django_company_arrival_add")).status_code, 403)


class Origins(SimpleTestCase):
    def test_a_folder_in_the_project_is_told_from_its_root(self):
        self.assertEqual(place_of({"url": "file:///srv/site/vendor/a%20b"}, "/srv/site"), "vendor/a b")

    def test_the_bars_have_one_bar_for_each_digit(self):
        self.assertEqual(bars("0f" * 32)["path"].count("M"), 48)
