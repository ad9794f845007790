"""The tests of the project: ``python manage.py test``."""

from unittest.mock import patch

from django.db import DatabaseError, connection
from django.test import TestCase


class Health(TestCase):
    def test_it_is_200_when_the_database_answers(self):
        answer = self.client.get("/healthz")
        self.assertEqual((answer.status_code, answer.content), (200, b"ok\n"))

    def test_it_is_503_and_names_the_database_when_it_does_not(self):
        with patch.object(connection, "cursor", side_effect=DatabaseError("password")):
            answer = self.client.get("/healthz")
        self.assertEqual((answer.status_code, answer.content), (503, b"not answering: default\n"))

    def test_it_answers_to_any_host_and_over_plain_http(self):
        with self.settings(ALLOWED_HOSTS=["example.com"], SECURE_SSL_REDIRECT=True):
            answer = self.client.get("/healthz", headers={"host": "10.0.0.7:8000"})
        self.assertEqual(answer.status_code, 200)


class Site(TestCase):
    def test_the_admin_asks_who_is_there(self):
        self.assertRedirects(self.client.get("/admin/"), "/admin/login/?next=/admin/")
