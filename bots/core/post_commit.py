"""Actions run after the transaction of an update is committed: payment links, refunds, emails, customer searches,
searches for objects in pictures.
"""

from bots.core.context import HandlerResult
from bots.core.conversation.email_verification import EmailVerification
from bots.core.conversation.jobs import drawing_orders
from bots.core.conversation.payment_links import PaymentLinks
from pipeline import PreviewRenderer
from storage.db import Database


def run_payment_actions(payment_links: PaymentLinks, result: HandlerResult) -> None:
    """Create links, portal links, refunds and price comparisons; `PaymentLinks` retries those that fail. Blocking."""
    for purchase_id in result.purchases:
        payment_links.create_link(purchase_id)
    for portal_request in result.portal_requests:
        payment_links.create_portal_link(portal_request)
    for repayment_id in result.refunds:
        payment_links.refund(repayment_id)
    for price_request in result.price_requests:
        payment_links.compare_prices(price_request)


def run_verification_actions(email_verification: EmailVerification, db: Database, result: HandlerResult) -> None:
    """Send the requested emails, and search the customers of verified addresses. Blocking."""
    for email in result.email_requests:
        email_verification.send_email(db, email)
    for link_id in result.customer_searches:
        if email_verification.search_customers is not None:
            email_verification.search_customers(link_id)


def run_subject_searches(previews: PreviewRenderer, db: Database, result: HandlerResult) -> None:
    """Look for the objects in the pictures of jobs. Blocking."""
    for request in result.subject_requests:
        drawing_orders.search_subjects(previews, db, request)
