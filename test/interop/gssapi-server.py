"""An HTTPS server that signs connections in with the system's GSSAPI: NTLM through gss-ntlmssp, or Negotiate with Kerberos.

Usage: gssapi-server.py NTLM|Negotiate CERT KEY off|required [HASH]
Prints its port. Each request that is let in gets "<user> <number of requests on this connection>".
"""
import base64
import hashlib
import http.server
import ssl
import sys

import gssapi
from gssapi.raw import ChannelBindings

scheme, cert, key, protection = sys.argv[1:5]
hash_name = sys.argv[5] if len(sys.argv) > 5 else "sha256"
NTLMSSP = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")

der = ssl.PEM_cert_to_DER_cert(open(cert).read())
bindings = None
if protection != "off":
    data = b"tls-server-end-point:" + hashlib.new(hash_name, der).digest()
    bindings = ChannelBindings(application_data=data)
mech = NTLMSSP if scheme == "NTLM" else SPNEGO
credentials = gssapi.Credentials(usage="accept", mechs=[mech])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    context = None
    user = None
    served = 0

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        name, _, token = self.headers.get("authorization", "").partition(" ")
        if name.lower() == scheme.lower():
            return self.step(base64.b64decode(token))
        if self.user is None:
            return self.answer(401, scheme)
        self.answer(200, None)

    def step(self, token):
        if self.context is None or self.user is not None:
            self.user = None
            self.context = gssapi.SecurityContext(creds=credentials, usage="accept", channel_bindings=bindings)
        try:
            out = self.context.step(token)
            complete = self.context.complete
            user = str(self.context.initiator_name) if complete else None
        except Exception as error:
            self.context = self.user = None
            sys.stderr.write("refused: %s\n" % str(error).replace("\n", " "))
            return self.answer(401, scheme)
        shown = scheme + (" " + base64.b64encode(out).decode() if out else "")
        if not complete:
            return self.answer(401, shown)
        self.user = user.strip("\0 ")
        self.answer(200, shown if out else None)

    def answer(self, status, challenge):
        if status == 200:
            self.served += 1
        body = ("%s %d" % (self.user, self.served) if status == 200 else "").encode()
        self.send_response(status)
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(cert, key)
server.socket = tls.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
