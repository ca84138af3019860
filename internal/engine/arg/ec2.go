// Rules for EC2: one rule of a security group, and one network interface, in simple options.

package arg

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// securityGroup adds the options for one rule of a security group.
func (t *table) securityGroup() {
	permission := func(set func(rule *document.Object, text string) error) setter {
		return setText(func(d *document.Object, text string) error {
			rule, err := firstOf(d, "IpPermissions", new(document.Object))
			if err == nil {
				err = set(rule, text)
			}
			return err
		})
	}
	// AWS checks the value before it makes the list.
	checked := func(check func(text string) (set func(rule *document.Object), err error)) setter {
		return setText(func(d *document.Object, text string) error {
			set, err := check(text)
			if err != nil {
				return err
			}
			rule, err := firstOf(d, "IpPermissions", new(document.Object))
			if err == nil {
				set(rule)
			}
			return err
		})
	}
	pair := func(name func(text string) string) setter {
		return permission(func(rule *document.Object, text string) error {
			group, err := firstOf(rule, "UserIdGroupPairs", new(document.Object))
			if err == nil {
				group.Set(name(text), text)
			}
			return err
		})
	}
	t.added("protocol", "string", one, checked(protocolNumber))
	t.added("port", "string", one, checked(ports))
	t.added("cidr", "string", one, permission(func(rule *document.Object, text string) error {
		rule.Set("IpRanges", []any{objectOf("CidrIp", text)})
		return nil
	}))
	t.added("source-group", "string", one, pair(func(text string) string {
		if strings.HasPrefix(text, "sg-") {
			return "GroupId"
		}
		return "GroupName"
	}))
	t.added("group-owner", "string", one, pair(func(string) string { return "UserId" }))
	for _, name := range []string{"ip-protocol", "from-port", "to-port", "cidr-ip", "source-security-group-name", "source-security-group-owner-id"} {
		t.byName["--"+name].hidden = true
	}
	t.checks = append(t.checks, func(w *words) error {
		if v := w.values["ip_permissions"]; v == nil || len(v.words) == 0 {
			return nil
		}
		for _, key := range []string{"protocol", "port", "cidr", "source_group", "group_owner"} {
			if v := w.values[key]; v != nil && v.words[0] != "" {
				return &UsageError{Message: "The --" + key + " option is not compatible with the --ip-permissions option "}
			}
		}
		return nil
	})
}

// protocolNumber reads --protocol.
func protocolNumber(text string) (set func(rule *document.Object), err error) {
	n, err := parseInt(text)
	switch {
	case err == nil && (n < 0 || n > 255) && n != -1:
		return nil, &UsageError{Message: "protocol numbers must be in the range 0-255 or -1 to specify all protocols"}
	case err == nil:
	case !slices.Contains([]string{"tcp", "udp", "icmp", "all"}, text):
		return nil, &UsageError{Message: "protocol parameter should be one of: tcp|udp|icmp|all or any valid protocol number."}
	case text == "all":
		text = "-1"
	}
	return func(rule *document.Object) { rule.Set("IpProtocol", text) }, nil
}

// ports reads --port: a port, a range of ports, or "all".
func ports(text string) (set func(rule *document.Object), err error) {
	first, last, isRange := strings.Cut(text, "-")
	switch {
	case text == "-1" || text == "all":
		first, last = "-1", "-1"
	case !isRange:
		last = first
	}
	from, err := parseInt(first)
	to, err2 := parseInt(last)
	if err != nil || err2 != nil {
		return nil, &UsageError{Message: "port parameter should be of the form <from[-to]> (e.g. 22 or 22-25)"}
	}
	return func(rule *document.Object) {
		rule.Set("FromPort", from)
		rule.Set("ToPort", to)
	}, nil
}

// firstOf returns the first object of a list. If there is no list, it adds a list with the object
// usual.
func firstOf(d *document.Object, name string, usual *document.Object) (*document.Object, error) {
	v, given := d.Get(name)
	if !given {
		d.Set(name, []any{usual})
		return usual, nil
	}
	list, _ := v.([]any)
	if len(list) == 0 {
		return nil, &ValueError{"list index out of range"}
	}
	first, ok := list[0].(*document.Object)
	if !ok {
		return nil, &ValueError{"'" + bareTypeName(list[0]) + "' object does not support item assignment"}
	}
	return first, nil
}

// encode returns a function that encodes a member in base64. The value is a text or the content of a
// file.
func encode(member string) func(*document.Object) error {
	return func(d *document.Object) error {
		switch v, _ := d.Get(member); v.(type) {
		case string, rawFile:
			d.Set(member, base64.StdEncoding.EncodeToString([]byte(textOf(v))))
		}
		return nil
	}
}

// protocolNames returns a function that replaces the name of an internet protocol by its number.
func protocolNames(member string) func(*document.Object) error {
	numbers := map[any]string{"tcp": "6", "udp": "17", "icmp": "1", "all": "-1"}
	return func(d *document.Object) error {
		v, _ := d.Get(member)
		if name, ok := v.(string); ok && numbers[name] != "" {
			d.Set(member, numbers[name])
		}
		return nil
	}
}

// runInstances adds the options for the number of instances and for one network interface.
func (t *table) runInstances() {
	for _, name := range []string{"min-count", "max-count"} {
		t.remove(t.byName["--"+name])
	}
	setFirst := func(d *document.Object, name string, value any) error {
		interfaces, err := firstOf(d, networkInterfaces, objectOf("DeviceIndex", int64(0)))
		if err == nil {
			interfaces.Set(name, value)
		}
		return err
	}
	t.added("count", "string", one, func(p *parser, in *Input, o *option, v *optionValue) error {
		value, err := p.words(o, v)
		if err == nil {
			err = setCount(in.Document, textOf(value))
		}
		return err
	})
	t.added("secondary-private-ip-addresses", "string", many, func(p *parser, in *Input, o *option, v *optionValue) error {
		value, err := p.words(o, v)
		list, isList := value.([]string)
		if err != nil || len(list) == 0 && isList {
			return err
		}
		if !isList {
			for _, c := range characters(textOf(value)) {
				list = append(list, textOf(c))
			}
		}
		var addresses []any
		for _, address := range list {
			addresses = append(addresses, objectOf("PrivateIpAddress", address, "Primary", false))
		}
		return setFirst(in.Document, "PrivateIpAddresses", addresses)
	})
	t.added("secondary-private-ip-address-count", "string", one, func(_ *parser, in *Input, _ *option, v *optionValue) error {
		n, err := parseInt(v.words[0])
		if err != nil || n == 0 {
			return err
		}
		return setFirst(in.Document, "SecondaryPrivateIpAddressCount", n)
	}).number = "int"
	for _, name := range []string{"associate-public-ip-address", "no-associate-public-ip-address"} {
		t.added(name, "boolean", none, func(_ *parser, in *Input, o *option, _ *optionValue) error {
			return setFirst(in.Document, "AssociatePublicIpAddress", !strings.HasPrefix(o.name, "--no-"))
		})
	}
	t.checks = append(t.checks, oneWayToNetworks)
	t.before = append(t.before, usualCount, moveToInterface)
}

const networkInterfaces = "NetworkInterfaces"

// oneWayToNetworks returns an error for --network-interfaces together with the simple options.
func oneWayToNetworks(w *words) error {
	given := func(dest string) bool {
		v := w.values[dest]
		return v != nil && (v.on || len(v.words) > 0 && v.words[0] != "0")
	}
	if !given("network_interfaces") {
		return nil
	}
	for _, dest := range []string{"secondary_private_ip_addresses", "secondary_private_ip_address_count", "associate_public_ip_address"} {
		if given(dest) {
			return &UsageError{Message: "Mixing the --network-interfaces option with the simple, scalar options is not supported."}
		}
	}
	return nil
}

// setCount reads --count: a number, or MIN:MAX.
func setCount(d *document.Object, text string) error {
	least, most, isRange := strings.Cut(text, ":")
	if !isRange {
		most = least
	}
	min, err := parseInt(least)
	max, err2 := parseInt(most)
	if err != nil || err2 != nil {
		return &UsageError{Message: "count parameter should be of form min[:max] (e.g. 1 or 1:10)"}
	}
	d.Set("MinCount", min)
	d.Set("MaxCount", max)
	return nil
}

// usualCount sets the number of instances to 1.
func usualCount(d *document.Object) error {
	for _, name := range []string{"MaxCount", "MinCount"} {
		if !has(d, name) {
			d.Set(name, int64(1))
		}
	}
	return nil
}

// moveToInterface moves members of the input into the first network interface, if the simple options
// have set its addresses. EC2 does not allow these members beside network interfaces.
func moveToInterface(d *document.Object) error {
	if !has(d, networkInterfaces) {
		return nil
	}
	first, err := firstOf(d, networkInterfaces, nil)
	if err != nil {
		return err
	}
	if !has(first, "PrivateIpAddresses") && !has(first, "SecondaryPrivateIpAddressCount") && !has(first, "AssociatePublicIpAddress") {
		return nil
	}
	for _, move := range [][2]string{
		{"SubnetId", "SubnetId"},
		{"SecurityGroupIds", "Groups"},
		{"PrivateIpAddress", "PrivateIpAddresses"},
		{"Ipv6AddressCount", "Ipv6AddressCount"},
		{"Ipv6Addresses", "Ipv6Addresses"},
		{"EnablePrimaryIpv6", "PrimaryIpv6"},
	} {
		v, given := d.Get(move[0])
		if !given {
			continue
		}
		if move[0] == "PrivateIpAddress" {
			v = []any{objectOf("PrivateIpAddress", v, "Primary", true)}
		}
		first.Set(move[1], v)
		d.Delete(move[0])
	}
	return nil
}
