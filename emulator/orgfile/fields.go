package orgfile

import (
	"go.yaml.in/yaml/v3"

	"github.com/lanyard-cli/lanyard/emulator"
)

// config reads the whole file.
func (r *reader) config(n *yaml.Node, c *emulator.Config) {
	r.object(n, "", map[string]field{
		"start_url":             r.text(&c.StartURL),
		"region":                r.text(&c.Region),
		"portal_session":        r.duration(&c.PortalSession),
		"token_lifetime":        r.duration(&c.TokenLifetime),
		"legacy_token_lifetime": r.duration(&c.LegacyTokenLifetime),
		"registration_lifetime": r.duration(&c.RegistrationLifetime),
		"device_code_lifetime":  r.duration(&c.DeviceCodeLifetime),
		"refresh_grace":         r.duration(&c.RefreshGrace),
		"users":                 r.list(func(n *yaml.Node, path string, _ int) { r.user(n, path, c) }),
		"groups":                r.list(func(n *yaml.Node, path string, _ int) { r.group(n, path, c) }),
		"accounts":              r.list(func(n *yaml.Node, path string, _ int) { r.account(n, path, c) }),
		"permission_sets":       r.list(func(n *yaml.Node, path string, _ int) { r.permissionSet(n, path, c) }),
		"assignments":           r.list(func(n *yaml.Node, path string, _ int) { r.assignment(n, path, c) }),
		"roles":                 r.list(func(n *yaml.Node, path string, _ int) { r.role(n, path, c) }),
		"buckets":               r.list(func(n *yaml.Node, path string, _ int) { r.bucket(n, path, c) }),
		"iam_users":             r.list(func(n *yaml.Node, path string, _ int) { r.iamUser(n, path, c) }),
		"denials":               r.list(func(n *yaml.Node, path string, _ int) { r.denial(n, path, c) }),
		"trusted_issuers":       r.list(func(n *yaml.Node, path string, _ int) { r.issuer(n, path, c) }),
		"applications":          r.list(func(n *yaml.Node, path string, _ int) { r.application(n, path, c) }),
		"mfa_devices":           r.list(func(n *yaml.Node, path string, _ int) { r.device(n, path, c) }),
		"instances":             r.list(func(n *yaml.Node, path string, _ int) { r.instance(n, path, c) }),
	})
}

func (r *reader) user(n *yaml.Node, path string, c *emulator.Config) {
	var u emulator.User
	r.object(n, path, map[string]field{
		"name": r.text(&u.Name), "email": r.text(&u.Email), "password": r.text(&u.Password), "totp": r.text(&u.TOTP),
	})
	c.Users = append(c.Users, u)
}

func (r *reader) group(n *yaml.Node, path string, c *emulator.Config) {
	var g emulator.Group
	r.object(n, path, map[string]field{"name": r.text(&g.Name), "members": r.texts(&g.Members)})
	c.Groups = append(c.Groups, g)
}

func (r *reader) account(n *yaml.Node, path string, c *emulator.Config) {
	var a emulator.Account
	r.object(n, path, map[string]field{"id": r.text(&a.ID), "name": r.text(&a.Name), "email": r.text(&a.Email), "unit": r.text(&a.Unit)})
	c.Accounts = append(c.Accounts, a)
}

func (r *reader) permissionSet(n *yaml.Node, path string, c *emulator.Config) {
	var s emulator.PermissionSet
	r.object(n, path, map[string]field{"name": r.text(&s.Name), "session_duration": r.duration(&s.SessionDuration)})
	c.PermissionSets = append(c.PermissionSets, s)
}

func (r *reader) assignment(n *yaml.Node, path string, c *emulator.Config) {
	var a emulator.Assignment
	r.object(n, path, map[string]field{
		"user": r.text(&a.User), "group": r.text(&a.Group), "accounts": r.texts(&a.Accounts), "permission_sets": r.texts(&a.PermissionSets),
	})
	c.Assignments = append(c.Assignments, a)
}

func (r *reader) denial(n *yaml.Node, path string, c *emulator.Config) {
	var d emulator.Denial
	r.object(n, path, map[string]field{"actions": r.texts(&d.Actions), "principals": r.texts(&d.Principals), "accounts": r.texts(&d.Accounts)})
	c.Denials = append(c.Denials, d)
}

func (r *reader) role(n *yaml.Node, path string, c *emulator.Config) {
	var x emulator.Role
	r.object(n, path, map[string]field{
		"account": r.text(&x.Account), "name": r.text(&x.Name), "trusts": r.texts(&x.Trusts),
		"external_id": r.text(&x.ExternalID), "max_session": r.duration(&x.MaxSession),
		"mfa": r.flag(&x.MFA), "web_identity": r.texts(&x.WebIdentity), "web_audience": r.text(&x.WebAudience),
		"source_identity": r.texts(&x.SourceIdentity),
	})
	c.Roles = append(c.Roles, x)
}

func (r *reader) issuer(n *yaml.Node, path string, c *emulator.Config) {
	var t emulator.TrustedIssuer
	r.object(n, path, map[string]field{
		"url": r.text(&t.URL), "claim": r.text(&t.Claim), "attribute": r.text(&t.Attribute),
		"keys": r.json(&t.Keys), "public_key_file": r.fileText(&t.Keys),
	})
	c.TrustedIssuers = append(c.TrustedIssuers, t)
}

func (r *reader) application(n *yaml.Node, path string, c *emulator.Config) {
	var a emulator.Application
	r.object(n, path, map[string]field{
		"arn": r.text(&a.ARN), "grants": r.texts(&a.Grants), "issuers": r.texts(&a.Issuers), "audiences": r.texts(&a.Audiences),
		"scopes": r.texts(&a.Scopes), "redirect_uris": r.texts(&a.RedirectURIs),
	})
	c.Applications = append(c.Applications, a)
}

func (r *reader) iamUser(n *yaml.Node, path string, c *emulator.Config) {
	var u emulator.IAMUser
	r.object(n, path, map[string]field{
		"account": r.text(&u.Account), "name": r.text(&u.Name), "totp": r.text(&u.TOTP),
		"access_key_id": r.text(&u.AccessKeyID), "secret_access_key": r.text(&u.SecretAccessKey),
	})
	c.IAMUsers = append(c.IAMUsers, u)
}

func (r *reader) device(n *yaml.Node, path string, c *emulator.Config) {
	var d emulator.MFADevice
	r.object(n, path, map[string]field{"serial": r.text(&d.Serial), "totp": r.text(&d.TOTP)})
	c.MFADevices = append(c.MFADevices, d)
}

func (r *reader) bucket(n *yaml.Node, path string, c *emulator.Config) {
	var b emulator.Bucket
	r.object(n, path, map[string]field{
		"account": r.text(&b.Account), "name": r.text(&b.Name), "region": r.text(&b.Region), "created": r.date(&b.Created),
		"objects": r.list(func(n *yaml.Node, path string, _ int) {
			var o emulator.Object
			r.object(n, path, map[string]field{"key": r.text(&o.Key), "content": r.text(&o.Content), "size": r.number(&o.Size), "modified": r.date(&o.Modified)})
			b.Objects = append(b.Objects, o)
		}),
	})
	c.Buckets = append(c.Buckets, b)
}

func (r *reader) instance(n *yaml.Node, path string, c *emulator.Config) {
	var i emulator.Instance
	r.object(n, path, map[string]field{
		"account": r.text(&i.Account), "region": r.text(&i.Region), "id": r.text(&i.ID), "type": r.text(&i.Type), "state": r.text(&i.State),
		"image_id": r.text(&i.ImageID), "private_ip": r.text(&i.PrivateIP), "public_ip": r.text(&i.PublicIP), "launched": r.date(&i.Launched),
		"tags": func(n *yaml.Node, path string) { r.tags(n, path, &i) },
	})
	c.Instances = append(c.Instances, i)
}

// tags reads a mapping with any keys.
func (r *reader) tags(n *yaml.Node, path string, i *emulator.Instance) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		r.fail(n, path, "must be a mapping of keys to values")
		return
	}
	i.Tags = map[string]string{}
	for k := 0; k+1 < len(n.Content); k += 2 {
		var value string
		r.text(&value)(n.Content[k+1], join(path, n.Content[k].Value))
		i.Tags[n.Content[k].Value] = value
	}
}
