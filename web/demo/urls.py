"""The demo's page; included by config.urls in the demo only."""

from django.urls import path

from web.demo import views

app_name = "demo"
urlpatterns = [path("", views.home, name="home")]
