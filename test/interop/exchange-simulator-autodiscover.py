"""Asks the Exchange simulator's autodiscover with exchangelib, a client that this project did not write.

Called with user name, password and mailboxes; HTTPS_PROXY and REQUESTS_CA_BUNDLE lead to the simulated names. Prints one line of JSON
per mailbox and language: the address and the EWS URL that exchangelib ended with, or the name of its error.
"""

import json
import sys

from exchangelib import Credentials
from exchangelib.autodiscover import clear_cache
from exchangelib.autodiscover.discovery.base import BaseAutodiscovery
from exchangelib.autodiscover.discovery.pox import PoxAutodiscovery
from exchangelib.autodiscover.discovery.soap import SoapAutodiscovery

# Names are known to the proxy, not to DNS.
BaseAutodiscovery._ensure_valid_hostname = lambda self, url: None
BaseAutodiscovery._get_srv_records = lambda self, hostname: []


def ask(kind, discovery, email, credentials):
    clear_cache()
    try:
        answer, protocol = discovery(email=email, credentials=credentials).discover()
        found = {"address": answer.autodiscover_smtp_address, "url": protocol.service_endpoint}
    except Exception as error:  # noqa: BLE001
        found = {"error": type(error).__name__, "message": str(error)[:300]}
    print(json.dumps({"kind": kind, "email": email, **found}), flush=True)


user, password, *mailboxes = sys.argv[1:]
for mailbox in mailboxes:
    for kind, discovery in (("soap", SoapAutodiscovery), ("pox", PoxAutodiscovery)):
        ask(kind, discovery, mailbox, Credentials(user, password))
