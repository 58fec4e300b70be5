"""Registry of the supported API calls: path, the SDK's class of parameters, and handler."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakes.stripe_api import (
    catalogue,
    checkout,
    customers,
    events,
    invoices,
    links,
    payments,
    portal,
    reversals,
    subscriptions,
)
from fakes.stripe_api.annotations import params_class
from fakes.stripe_api.calls import Call
from fakes.stripe_api.store import Body

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

Handler = Callable[["FakeStripe", Call], Body]


@dataclass(frozen=True)
class Route:
    """`name` is such as "POST /v1/refunds/{id}"."""

    name: str
    params: str
    handler: Handler

    @functools.cached_property
    def params_class(self) -> type:
        return params_class(self.params)


def found(kind: str) -> Handler:
    return lambda fake, call: fake.store.find(kind, call.identity)


PORTAL = "billing_portal.Configuration"
ROUTES = [
    Route("POST /v1/products", "ProductCreateParams", catalogue.create_product),
    Route("GET /v1/products", "ProductListParams", catalogue.list_products),
    Route("GET /v1/products/{id}", "ProductRetrieveParams", found("product")),
    Route("POST /v1/products/{id}", "ProductUpdateParams", catalogue.update_product),
    Route("POST /v1/prices", "PriceCreateParams", catalogue.create_price),
    Route("GET /v1/prices", "PriceListParams", catalogue.list_prices),
    Route("GET /v1/prices/{id}", "PriceRetrieveParams", found("price")),
    Route("POST /v1/prices/{id}", "PriceUpdateParams", catalogue.update_price),
    Route("POST /v1/coupons", "CouponCreateParams", catalogue.create_coupon),
    Route("GET /v1/coupons/{id}", "CouponRetrieveParams", found("coupon")),
    Route("POST /v1/promotion_codes", "PromotionCodeCreateParams", catalogue.create_promotion_code),
    Route("GET /v1/promotion_codes", "PromotionCodeListParams", catalogue.list_promotion_codes),
    Route("GET /v1/promotion_codes/{id}", "PromotionCodeRetrieveParams", found("promotion_code")),
    Route("POST /v1/customers", "CustomerCreateParams", customers.create),
    Route("GET /v1/customers", "CustomerListParams", customers.list_all),
    Route("GET /v1/customers/{id}", "CustomerRetrieveParams", customers.retrieve),
    Route("POST /v1/customers/{id}", "CustomerUpdateParams", customers.update),
    Route("DELETE /v1/customers/{id}", "CustomerDeleteParams", customers.delete),
    Route("POST /v1/billing_portal/configurations", f"{PORTAL}CreateParams", portal.create_configuration),
    Route("GET /v1/billing_portal/configurations", f"{PORTAL}ListParams", portal.list_configurations),
    Route(
        "GET /v1/billing_portal/configurations/{id}", f"{PORTAL}RetrieveParams", found("billing_portal.configuration")
    ),
    Route("POST /v1/billing_portal/configurations/{id}", f"{PORTAL}UpdateParams", portal.update_configuration),
    Route("POST /v1/billing_portal/sessions", "billing_portal.SessionCreateParams", portal.create_session),
    Route("POST /v1/checkout/sessions", "checkout.SessionCreateParams", checkout.create),
    Route("GET /v1/checkout/sessions", "checkout.SessionListParams", checkout.list_all),
    Route("GET /v1/checkout/sessions/{id}", "checkout.SessionRetrieveParams", found("checkout.session")),
    Route("POST /v1/checkout/sessions/{id}", "checkout.SessionUpdateParams", checkout.update),
    Route("POST /v1/checkout/sessions/{id}/expire", "checkout.SessionExpireParams", checkout.expire),
    Route("GET /v1/checkout/sessions/{id}/line_items", "checkout.SessionLineItemListParams", checkout.line_items),
    Route("POST /v1/payment_links", "PaymentLinkCreateParams", links.create),
    Route("GET /v1/payment_links", "PaymentLinkListParams", links.list_all),
    Route("GET /v1/payment_links/{id}", "PaymentLinkRetrieveParams", found("payment_link")),
    Route("POST /v1/payment_links/{id}", "PaymentLinkUpdateParams", links.update),
    Route("GET /v1/payment_links/{id}/line_items", "PaymentLinkLineItemListParams", links.line_items),
    Route("GET /v1/payment_intents", "PaymentIntentListParams", payments.list_intents),
    Route("GET /v1/payment_intents/{id}", "PaymentIntentRetrieveParams", found("payment_intent")),
    Route("GET /v1/charges", "ChargeListParams", payments.list_charges),
    Route("GET /v1/charges/{id}", "ChargeRetrieveParams", found("charge")),
    Route("POST /v1/refunds", "RefundCreateParams", reversals.create_refund),
    Route("GET /v1/refunds", "RefundListParams", reversals.list_refunds),
    Route("GET /v1/refunds/{id}", "RefundRetrieveParams", found("refund")),
    Route("POST /v1/refunds/{id}", "RefundUpdateParams", reversals.update_refund),
    Route("GET /v1/disputes", "DisputeListParams", reversals.list_disputes),
    Route("GET /v1/disputes/{id}", "DisputeRetrieveParams", found("dispute")),
    Route("GET /v1/subscriptions", "SubscriptionListParams", subscriptions.list_all),
    Route("GET /v1/subscriptions/{id}", "SubscriptionRetrieveParams", found("subscription")),
    Route("POST /v1/subscriptions/{id}", "SubscriptionUpdateParams", subscriptions.update),
    Route("DELETE /v1/subscriptions/{id}", "SubscriptionCancelParams", subscriptions.cancel),
    Route("GET /v1/invoices", "InvoiceListParams", invoices.list_all),
    Route("GET /v1/invoices/{id}", "InvoiceRetrieveParams", found("invoice")),
    Route("POST /v1/invoices/{id}/pay", "InvoicePayParams", subscriptions.pay_invoice),
    Route("GET /v1/invoices/{id}/lines", "InvoiceLineItemListParams", invoices.list_lines),
    Route("GET /v1/invoice_payments", "InvoicePaymentListParams", invoices.list_payments),
    Route("POST /v1/invoiceitems", "InvoiceItemCreateParams", invoices.create_item),
    Route("GET /v1/invoiceitems", "InvoiceItemListParams", invoices.list_items),
    Route("GET /v1/invoiceitems/{id}", "InvoiceItemRetrieveParams", found("invoiceitem")),
    Route("DELETE /v1/invoiceitems/{id}", "InvoiceItemDeleteParams", invoices.delete_item),
    Route("GET /v1/events", "EventListParams", events.list_all),
    Route("GET /v1/events/{id}", "EventRetrieveParams", events.retrieve),
    Route("POST /v1/webhook_endpoints", "WebhookEndpointCreateParams", events.create_endpoint),
    Route("GET /v1/webhook_endpoints", "WebhookEndpointListParams", events.list_endpoints),
    Route("GET /v1/webhook_endpoints/{id}", "WebhookEndpointRetrieveParams", found("webhook_endpoint")),
    Route("POST /v1/webhook_endpoints/{id}", "WebhookEndpointUpdateParams", events.update_endpoint),
    Route("DELETE /v1/webhook_endpoints/{id}", "WebhookEndpointDeleteParams", events.delete_endpoint),
]
_PATTERNS = [(re.compile(re.escape(route.name).replace(r"\{id\}", "([^/]+)")), route) for route in ROUTES]
NAMES = {route.name for route in ROUTES}


def route_of(method: str, path: str) -> tuple[Route, str] | None:
    """The route, and the value of {id}."""
    for pattern, route in _PATTERNS:
        if match := pattern.fullmatch(f"{method} {path}"):
            return route, match[1] if match.groups() else ""
    return None
