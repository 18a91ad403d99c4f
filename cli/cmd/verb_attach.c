// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verb_attach.c - weft attach-qemu and attach-xml: a port for another's VMM
 *
 * vhost-user maps the guest's memory into the switch, so both print the shared
 * memory that goes with the socket: without it QEMU starts and no frame passes.
 * A stream socket needs nothing of the kind, but QEMU 7.2.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cmd/print.h"
#include "cli/cmd/session.h"
#include "cli/cmd/verbs.h"
#include "cli/doctor/kvm_probe.h"
#include "cli/labd/qemu_args.h"

/**
 * struct attach_port - what is needed to plug a VMM in
 * @name:	"ext:0"
 * @socket:	path of its socket
 * @mac:	that the lab file gives it
 * @is_stream:	the socket takes frames with their lengths, not vhost-user
 */
struct attach_port {
	char name[64];
	char socket[STATE_PATH_SIZE];
	char mac[32];
	bool is_stream;
};

static json_t *port_lookup(const json_t *status, const char *name)
{
	json_t *node, *nic;
	size_t i, j;

	json_array_foreach(json_object_get(status, "nodes"), i, node)
	{
		json_array_foreach(json_object_get(node, "nics"), j, nic)
		{
			const char *own = text_of(nic, "port");

			if (own && strcmp(own, name) == 0)
				return nic;
		}
	}
	return NULL;
}

static int port_find(const struct invocation *call, struct attach_port *port)
{
	const char *name = call->argv[0], *path, *mac, *type;
	json_t *status, *nic;
	int code;

	code = session_status(call, NULL, &status);
	if (code)
		return code;
	nic = port_lookup(status, name);
	path = text_of(nic, "socket");
	mac = text_of(nic, "mac");
	type = text_of(nic, "socket_type");
	if (!nic)
		code = complain(EXIT_NO_SUCH,
				"lab '%s' has no port '%s'; a port is called "
				"NODE:INDEX, as ext:0",
				text_of(status, "lab"), name);
	else if (!path || !mac)
		code = complain(EXIT_NO_SUCH,
				"port '%s' has no socket: only a node of kind "
				"external leaves its ports to others",
				name);
	if (!code) {
		snprintf(port->name, sizeof(port->name), "%s", name);
		snprintf(port->socket, sizeof(port->socket), "%s", path);
		snprintf(port->mac, sizeof(port->mac), "%s", mac);
		port->is_stream = type && strcmp(type, "stream") == 0;
	}
	json_decref(status);
	return code;
}

/* For a shell: in single quotes when it has more than harmless letters. */
static void print_quoted(const char *text)
{
	static const char harmless[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789/._-:,=@+";

	if (text[strspn(text, harmless)] == '\0') {
		fputs(text, stdout);
		return;
	}
	putchar('\'');
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
	}
	putchar('\'');
}

static int print_attach_json(const struct attach_port *port)
{
	json_t *document = json_pack(
		"{s:s, s:s, s:s, s:s, s:s}", "schema", "weft.attach/1", "port",
		port->name, "socket", port->socket, "socket_type",
		port->is_stream ? "stream" : "vhost-user", "mac", port->mac);
	int code = print_json(document);

	json_decref(document);
	return code;
}

static void print_vhost_user(const char *path)
{
	char chardev[2 * STATE_PATH_SIZE + 64];

	snprintf(chardev, sizeof(chardev),
		 "socket,id=weft0,path=%s,"
		 "reconnect=1",
		 path);
	fputs("-m 256M -object memory-backend-memfd,id=weftmem,size=256M,"
	      "share=on -machine memory-backend=weftmem \\\n-chardev ",
	      stdout);
	print_quoted(chardev);
	fputs(" \\\n-netdev vhost-user,id=weftnet0,chardev=weft0", stdout);
}

static void print_stream(const char *path)
{
	char netdev[2 * STATE_PATH_SIZE + 64];

	snprintf(netdev, sizeof(netdev),
		 "stream,id=weftnet0,server=off,addr.type=unix,addr.path=%s",
		 path);
	fputs("-netdev ", stdout);
	print_quoted(netdev);
}

int run_attach_qemu(const struct invocation *call)
{
	char path[2 * STATE_PATH_SIZE];
	struct attach_port port;
	int code;

	code = port_find(call, &port);
	if (code)
		return code;
	if (option_given(call, OPTION_JSON))
		return print_attach_json(&port);
	qemu_value(port.socket, path, sizeof(path));
	if (port.is_stream)
		print_stream(path);
	else
		print_vhost_user(path);
	printf(" \\\n-device virtio-net-pci,netdev=weftnet0,mac=%s%s\n",
	       port.mac, kvm_is_good() ? "" : QEMU_NO_MSIX);
	return EXIT_DONE;
}

static void print_xml(const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", stdout);
			break;
		case '<':
			fputs("&lt;", stdout);
			break;
		case '\'':
			fputs("&apos;", stdout);
			break;
		default:
			putchar(*text);
		}
	}
}

int run_attach_xml(const struct invocation *call)
{
	struct attach_port port;
	int code;

	code = port_find(call, &port);
	if (code)
		return code;
	if (option_given(call, OPTION_JSON))
		return print_attach_json(&port);
	if (port.is_stream)
		return complain(EXIT_NO_SUCH,
				"port '%s' has a stream socket, for which "
				"libvirt has no element; use 'weft attach-qemu "
				"%s', or 'socket: { type: vhost-user }' in the "
				"lab file",
				port.name, port.name);
	fputs("<!-- once per domain: guest memory that can be shared -->\n"
	      "<memoryBacking><source type='memfd'/>"
	      "<access mode='shared'/></memoryBacking>\n"
	      "<!-- in <devices> -->\n"
	      "<interface type='vhostuser'>\n  <mac address='",
	      stdout);
	print_xml(port.mac);
	fputs("'/>\n  <source type='unix' path='", stdout);
	print_xml(port.socket);
	fputs("' mode='client'>\n    <reconnect enabled='yes' timeout='1'/>\n"
	      "  </source>\n  <model type='virtio'/>\n</interface>\n",
	      stdout);
	return EXIT_DONE;
}
