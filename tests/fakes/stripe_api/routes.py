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
    payment_links,
    payments,
    portal,
    reversals,
    subscriptions,
)
from fakes.stripe_api.annotations import load_params_class
from fakes.stripe_api.calls import StripeCall
from fakes.stripe_api.store import Body

if TYPE_CHECKING:
    from fakes.stripe_api.fake import FakeStripe

Handler = Callable[["FakeStripe", StripeCall], Body]


@dataclass(frozen=True)
class ApiRoute:
    """`name` is such as "POST /v1/refunds/{id}"."""

    name: str
    params: str
    handler: Handler

    @functools.cached_property
    def params_class(self) -> type:
        return load_params_class(self.params)


def build_retriever(kind: str) -> Handler:
    return lambda fake, call: fake.store.find(kind, call.object_id)


PORTAL_CONFIGURATION = "billing_portal.Configuration"
ROUTES = [
    ApiRoute("POST /v1/products", "ProductCreateParams", catalogue.create_product),
    ApiRoute("GET /v1/products", "ProductListParams", catalogue.list_products),
    ApiRoute("GET /v1/products/{id}", "ProductRetrieveParams", build_retriever("product")),
    ApiRoute("POST /v1/products/{id}", "ProductUpdateParams", catalogue.update_product),
    ApiRoute("POST /v1/prices", "PriceCreateParams", catalogue.create_price),
    ApiRoute("GET /v1/prices", "PriceListParams", catalogue.list_prices),
    ApiRoute("GET /v1/prices/{id}", "PriceRetrieveParams", build_retriever("price")),
    ApiRoute("POST /v1/prices/{id}", "PriceUpdateParams", catalogue.update_price),
    ApiRoute("POST /v1/coupons", "CouponCreateParams", catalogue.create_coupon),
    ApiRoute("GET /v1/coupons/{id}", "CouponRetrieveParams", build_retriever("coupon")),
    ApiRoute("POST /v1/promotion_codes", "PromotionCodeCreateParams", catalogue.create_promotion_code),
    ApiRoute("GET /v1/promotion_codes", "PromotionCodeListParams", catalogue.list_promotion_codes),
    ApiRoute("GET /v1/promotion_codes/{id}", "PromotionCodeRetrieveParams", build_retriever("promotion_code")),
    ApiRoute("POST /v1/customers", "CustomerCreateParams", customers.create),
    ApiRoute("GET /v1/customers", "CustomerListParams", customers.list_all),
    ApiRoute("GET /v1/customers/{id}", "CustomerRetrieveParams", customers.retrieve),
    ApiRoute("POST /v1/customers/{id}", "CustomerUpdateParams", customers.update),
    ApiRoute("DELETE /v1/customers/{id}", "CustomerDeleteParams", customers.delete),
    ApiRoute(
        "POST /v1/billing_portal/configurations", f"{PORTAL_CONFIGURATION}CreateParams", portal.create_configuration
    ),
    ApiRoute("GET /v1/billing_portal/configurations", f"{PORTAL_CONFIGURATION}ListParams", portal.list_configurations),
    ApiRoute(
        "GET /v1/billing_portal/configurations/{id}",
        f"{PORTAL_CONFIGURATION}RetrieveParams",
        build_retriever("billing_portal.configuration"),
    ),
    ApiRoute(
        "POST /v1/billing_portal/configurations/{id}",
        f"{PORTAL_CONFIGURATION}UpdateParams",
        portal.update_configuration,
    ),
    ApiRoute("POST /v1/billing_portal/sessions", "billing_portal.SessionCreateParams", portal.create_session),
    ApiRoute("POST /v1/checkout/sessions", "checkout.SessionCreateParams", checkout.create),
    ApiRoute("GET /v1/checkout/sessions", "checkout.SessionListParams", checkout.list_all),
    ApiRoute("GET /v1/checkout/sessions/{id}", "checkout.SessionRetrieveParams", build_retriever("checkout.session")),
    ApiRoute("POST /v1/checkout/sessions/{id}", "checkout.SessionUpdateParams", checkout.update),
    ApiRoute("POST /v1/checkout/sessions/{id}/expire", "checkout.SessionExpireParams", checkout.expire),
    ApiRoute(
        "GET /v1/checkout/sessions/{id}/line_items", "checkout.SessionLineItemListParams", checkout.list_line_items
    ),
    ApiRoute("POST /v1/payment_links", "PaymentLinkCreateParams", payment_links.create),
    ApiRoute("GET /v1/payment_links", "PaymentLinkListParams", payment_links.list_all),
    ApiRoute("GET /v1/payment_links/{id}", "PaymentLinkRetrieveParams", build_retriever("payment_link")),
    ApiRoute("POST /v1/payment_links/{id}", "PaymentLinkUpdateParams", payment_links.update),
    ApiRoute("GET /v1/payment_links/{id}/line_items", "PaymentLinkLineItemListParams", payment_links.list_line_items),
    ApiRoute("GET /v1/payment_intents", "PaymentIntentListParams", payments.list_intents),
    ApiRoute("GET /v1/payment_intents/{id}", "PaymentIntentRetrieveParams", build_retriever("payment_intent")),
    ApiRoute("GET /v1/charges", "ChargeListParams", payments.list_charges),
    ApiRoute("GET /v1/charges/{id}", "ChargeRetrieveParams", build_retriever("charge")),
    ApiRoute("POST /v1/refunds", "RefundCreateParams", reversals.create_refund),
    ApiRoute("GET /v1/refunds", "RefundListParams", reversals.list_refunds),
    ApiRoute("GET /v1/refunds/{id}", "RefundRetrieveParams", build_retriever("refund")),
    ApiRoute("POST /v1/refunds/{id}", "RefundUpdateParams", reversals.update_refund),
    ApiRoute("GET /v1/disputes", "DisputeListParams", reversals.list_disputes),
    ApiRoute("GET /v1/disputes/{id}", "DisputeRetrieveParams", build_retriever("dispute")),
    ApiRoute("GET /v1/subscriptions", "SubscriptionListParams", subscriptions.list_all),
    ApiRoute("GET /v1/subscriptions/{id}", "SubscriptionRetrieveParams", build_retriever("subscription")),
    ApiRoute("POST /v1/subscriptions/{id}", "SubscriptionUpdateParams", subscriptions.update),
    ApiRoute("DELETE /v1/subscriptions/{id}", "SubscriptionCancelParams", subscriptions.cancel),
    ApiRoute("GET /v1/invoices", "InvoiceListParams", invoices.list_all),
    ApiRoute("GET /v1/invoices/{id}", "InvoiceRetrieveParams", build_retriever("invoice")),
    ApiRoute("POST /v1/invoices/{id}/pay", "InvoicePayParams", subscriptions.pay_invoice),
    ApiRoute("GET /v1/invoices/{id}/lines", "InvoiceLineItemListParams", invoices.list_lines),
    ApiRoute("GET /v1/invoice_payments", "InvoicePaymentListParams", invoices.list_payments),
    ApiRoute("POST /v1/invoiceitems", "InvoiceItemCreateParams", invoices.create_item),
    ApiRoute("GET /v1/invoiceitems", "InvoiceItemListParams", invoices.list_items),
    ApiRoute("GET /v1/invoiceitems/{id}", "InvoiceItemRetrieveParams", build_retriever("invoiceitem")),
    ApiRoute("DELETE /v1/invoiceitems/{id}", "InvoiceItemDeleteParams", invoices.delete_item),
    ApiRoute("GET /v1/events", "EventListParams", events.list_all),
    ApiRoute("GET /v1/events/{id}", "EventRetrieveParams", events.retrieve),
    ApiRoute("POST /v1/webhook_endpoints", "WebhookEndpointCreateParams", events.create_endpoint),
    ApiRoute("GET /v1/webhook_endpoints", "WebhookEndpointListParams", events.list_endpoints),
    ApiRoute("GET /v1/webhook_endpoints/{id}", "WebhookEndpointRetrieveParams", build_retriever("webhook_endpoint")),
    ApiRoute("POST /v1/webhook_endpoints/{id}", "WebhookEndpointUpdateParams", events.update_endpoint),
    ApiRoute("DELETE /v1/webhook_endpoints/{id}", "WebhookEndpointDeleteParams", events.delete_endpoint),
]
_ROUTE_PATTERNS = [(re.compile(re.escape(route.name).replace(r"\{id\}", "([^/]+)")), route) for route in ROUTES]
ROUTE_NAMES = {route.name for route in ROUTES}


def route_of(method: str, path: str) -> tuple[ApiRoute, str] | None:
    """The route, and the value of {id}."""
    for pattern, route in _ROUTE_PATTERNS:
        if match := pattern.fullmatch(f"{method} {path}"):
            return route, match[1] if match.groups() else ""
    return None
