/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm_config.h - what a guest's agent is told, and says, in the lab's words
 */
#ifndef CLI_LABD_VM_CONFIG_H
#define CLI_LABD_VM_CONFIG_H

#include "cli/agent/agent_proto.h"
#include "cli/labd/node.h"

/** VM_CONFIG_ID - a guest gets one configuration in its life, so far */
#define VM_CONFIG_ID 1
/** VM_HOSTS_SIZE - text of /etc/hosts */
#define VM_HOSTS_SIZE 16384

/**
 * vm_config_fill() - the configuration of a node's guest
 * @hosts:	VM_HOSTS_SIZE; @config points into it
 */
void vm_config_fill(const struct node *node, struct agent_config *config,
		    char *hosts);

/** vm_config_first_ipv4() - a NIC's first IPv4 address, host order; 0: none */
uint32_t vm_config_first_ipv4(const struct agent_nic_status *nic);

#endif
