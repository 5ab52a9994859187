from django.urls import path

from . import views

urlpatterns = [
    path("consignments/<uuid:consignment_id>/sheet", views.Sheet.as_view(), name="consignment-sheet"),
    path("consignments/<uuid:consignment_id>/sheet/signatures", views.Signatures.as_view(), name="sheet-signatures"),
    path("consignments/<uuid:consignment_id>/stock-order", views.StockOrder.as_view(), name="stock-order"),
    path("consignments/<uuid:consignment_id>/stock-order.pdf", views.StockOrderPdf.as_view(), name="stock-order-pdf"),
    path("consignments/<uuid:consignment_id>/return", views.Return.as_view(), name="consignment-return"),
    path("consignments/<uuid:consignment_id>/incidents", views.Incidents.as_view(), name="consignment-incidents"),
    path("tares", views.Tares.as_view(), name="tares"),
]
