"""Addresses of this app's pages."""

office_urls = []
phone_urls = []
public_urls = []
api_views = []
