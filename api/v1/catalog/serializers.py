from __future__ import annotations

from rest_framework import serializers

from api.http.fields import Reply


class WordsReply(Reply):
    kk = serializers.CharField()
    ru = serializers.CharField()
    en = serializers.CharField()


class LabelReply(Reply):
    code = serializers.CharField(help_text="stable; clients must tolerate codes they do not know")
    name = WordsReply()


class CategoryReply(LabelReply):
    waste_codes = serializers.ListField(child=serializers.CharField())


class WasteCodeReply(Reply):
    code = serializers.CharField()
    printed = serializers.CharField(help_text="as on paper; * means hazardous")
    hazardous = serializers.BooleanField()
    name_en = serializers.CharField()
    name_ru = serializers.CharField(allow_blank=True, help_text="unofficial")


class CatalogReply(Reply):
    categories = CategoryReply(many=True)
    waste_codes = WasteCodeReply(many=True)
    states = serializers.DictField(child=LabelReply(many=True), help_text="by lifecycle, in its usual order")
    lists = serializers.DictField(child=LabelReply(many=True), help_text="reasons, kinds and roles")


class ConfigReply(Reply):
    minimum_app_version = serializers.CharField()
    recommended_app_version = serializers.CharField()
    stores = serializers.DictField(child=serializers.CharField(), help_text="platform -> where its newest version is")
    catalog_etag = serializers.CharField()
    flags = serializers.DictField(child=serializers.BooleanField())
