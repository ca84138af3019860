package orgfile

import (
	"go.yaml.in/yaml/v3"

	"github.com/lanyard-cli/lanyard/emulator"
)

// items reads a list of mappings, and appends them to a list. fields returns the fields of an item.
func items[T any](r *reader, to *[]T, fields func(*T) map[string]field) field {
	return r.list(func(n *yaml.Node, path string, _ int) {
		var item T
		r.object(n, path, fields(&item))
		*to = append(*to, item)
	})
}

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
		"users":                 items(r, &c.Users, r.user),
		"groups":                items(r, &c.Groups, r.group),
		"accounts":              items(r, &c.Accounts, r.account),
		"permission_sets":       items(r, &c.PermissionSets, r.permissionSet),
		"assignments":           items(r, &c.Assignments, r.assignment),
		"roles":                 items(r, &c.Roles, r.role),
		"buckets":               items(r, &c.Buckets, r.bucket),
		"iam_users":             items(r, &c.IAMUsers, r.iamUser),
		"denials":               items(r, &c.Denials, r.denial),
		"trusted_issuers":       items(r, &c.TrustedIssuers, r.issuer),
		"applications":          items(r, &c.Applications, r.application),
		"mfa_devices":           items(r, &c.MFADevices, r.device),
		"instances":             items(r, &c.Instances, r.instance),
	})
}

func (r *reader) user(u *emulator.User) map[string]field {
	return map[string]field{
		"name": r.text(&u.Name), "email": r.text(&u.Email), "password": r.text(&u.Password), "totp": r.text(&u.TOTP),
	}
}

func (r *reader) group(g *emulator.Group) map[string]field {
	return map[string]field{"name": r.text(&g.Name), "members": r.texts(&g.Members)}
}

func (r *reader) account(a *emulator.Account) map[string]field {
	return map[string]field{"id": r.text(&a.ID), "name": r.text(&a.Name), "email": r.text(&a.Email), "unit": r.text(&a.Unit)}
}

func (r *reader) permissionSet(s *emulator.PermissionSet) map[string]field {
	return map[string]field{"name": r.text(&s.Name), "session_duration": r.duration(&s.SessionDuration)}
}

func (r *reader) assignment(a *emulator.Assignment) map[string]field {
	return map[string]field{
		"user": r.text(&a.User), "group": r.text(&a.Group), "accounts": r.texts(&a.Accounts), "permission_sets": r.texts(&a.PermissionSets),
	}
}

func (r *reader) denial(d *emulator.Denial) map[string]field {
	return map[string]field{"actions": r.texts(&d.Actions), "principals": r.texts(&d.Principals), "accounts": r.texts(&d.Accounts)}
}

func (r *reader) role(x *emulator.Role) map[string]field {
	return map[string]field{
		"account": r.text(&x.Account), "name": r.text(&x.Name), "trusts": r.texts(&x.Trusts),
		"external_id": r.text(&x.ExternalID), "max_session": r.duration(&x.MaxSession),
		"mfa": r.flag(&x.MFA), "web_identity": r.texts(&x.WebIdentity), "web_audience": r.text(&x.WebAudience),
		"source_identity": r.texts(&x.SourceIdentity),
	}
}

func (r *reader) issuer(t *emulator.TrustedIssuer) map[string]field {
	return map[string]field{
		"url": r.text(&t.URL), "claim": r.text(&t.Claim), "attribute": r.text(&t.Attribute),
		"keys": r.json(&t.Keys), "public_key_file": r.fileText(&t.Keys),
	}
}

func (r *reader) application(a *emulator.Application) map[string]field {
	return map[string]field{
		"arn": r.text(&a.ARN), "grants": r.texts(&a.Grants), "issuers": r.texts(&a.Issuers), "audiences": r.texts(&a.Audiences),
		"scopes": r.texts(&a.Scopes), "redirect_uris": r.texts(&a.RedirectURIs),
	}
}

func (r *reader) iamUser(u *emulator.IAMUser) map[string]field {
	return map[string]field{
		"account": r.text(&u.Account), "name": r.text(&u.Name), "totp": r.text(&u.TOTP),
		"access_key_id": r.text(&u.AccessKeyID), "secret_access_key": r.text(&u.SecretAccessKey),
	}
}

func (r *reader) device(d *emulator.MFADevice) map[string]field {
	return map[string]field{"serial": r.text(&d.Serial), "totp": r.text(&d.TOTP)}
}

func (r *reader) bucket(b *emulator.Bucket) map[string]field {
	return map[string]field{
		"account": r.text(&b.Account), "name": r.text(&b.Name), "region": r.text(&b.Region), "created": r.date(&b.Created),
		"objects": items(r, &b.Objects, r.s3Object),
	}
}

func (r *reader) s3Object(o *emulator.Object) map[string]field {
	return map[string]field{"key": r.text(&o.Key), "content": r.text(&o.Content), "size": r.number(&o.Size), "modified": r.date(&o.Modified)}
}

func (r *reader) instance(i *emulator.Instance) map[string]field {
	return map[string]field{
		"account": r.text(&i.Account), "region": r.text(&i.Region), "id": r.text(&i.ID), "type": r.text(&i.Type), "state": r.text(&i.State),
		"image_id": r.text(&i.ImageID), "private_ip": r.text(&i.PrivateIP), "public_ip": r.text(&i.PublicIP), "launched": r.date(&i.Launched),
		"tags": func(n *yaml.Node, path string) { r.tags(n, path, i) },
	}
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
