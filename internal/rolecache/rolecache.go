// Package rolecache computes the names of cache files for assumed roles, and identifies the
// source of each role. It makes no request and imports little, because package warm uses it.
package rolecache

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// An Entry identifies the cached credentials of one role.
type Entry struct {
	// File is the name of the AWS CLI's cache file. It depends on the role and its settings.
	File string

	// Source identifies the credentials that assume the role, and the endpoint of STS. Two
	// entries with the same File can have different sources.
	Source string
}

// Entries returns an entry for each role of a chain. p is the profile in use; its settings
// name the endpoint of STS. lookupEnv must not be nil.
func Entries(p *profile.Profile, c profile.Chain, lookupEnv func(string) (string, bool)) ([]Entry, error) {
	if len(c.Roles) == 0 {
		return nil, nil
	}
	sts, err := p.Endpoint("STS")
	if err != nil {
		return nil, err
	}
	id, err := startID(p, c.Start, lookupEnv)
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for _, role := range c.Roles {
		if role.WebIdentity() {
			id = "web identity\x00" + role.TokenFile + "\x00" + role.TokenProcess
		}
		sum := sha256.Sum256([]byte(id + "\x00" + ssocache.Canonical(sts.URL)))
		e := Entry{ssocache.AssumedName(arguments(role)), hex.EncodeToString(sum[:16])}
		entries = append(entries, e)
		id = e.Source + "\x00" + e.File
	}
	return entries, nil
}

// startID returns a text that identifies the first credentials of a chain. current is the profile
// in use.
func startID(current *profile.Profile, s profile.Start, lookupEnv func(string) (string, bool)) (string, error) {
	p := s.Profile
	env := func(name string) string {
		v, _ := lookupEnv(name)
		return v
	}
	setting := func(key string) string {
		f, _ := p.Get(key)
		return f.Value
	}
	var parts []string
	switch s.Kind {
	case profile.SSO:
		portal, err := p.ForSession().Endpoint("SSO")
		if err != nil {
			return "", err
		}
		parts = []string{"sso", p.Session.Key(), p.Session.StartURL, portal.URL, p.AccountID, p.RoleName}
	case profile.Static:
		get, _, err := p.StaticKeys()
		if err != nil {
			return "", err
		}
		parts = []string{"keys", get("aws_access_key_id")}
	case profile.Environment:
		parts = []string{"keys", env("AWS_ACCESS_KEY_ID")}
	case profile.Process:
		parts = []string{"process", setting("credential_process")}
	case profile.Container:
		parts = []string{"container", env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), env("AWS_CONTAINER_CREDENTIALS_FULL_URI")}
	case profile.Login:
		parts = []string{"login", setting("login_session")}
	default:
		endpoint := env("AWS_EC2_METADATA_SERVICE_ENDPOINT")
		if endpoint == "" {
			f, _ := current.Get("ec2_metadata_service_endpoint")
			endpoint = f.Value
		}
		parts = []string{"instance", endpoint}
	}
	return strings.Join(parts, "\x00"), nil
}

// arguments returns the arguments of the STS call that determine the name of the file. The
// AWS CLI uses only the first five arguments.
func arguments(role profile.Role) []ssocache.Argument {
	args := []ssocache.Argument{{Name: "RoleArn", Text: role.ARN}}
	add := func(name, text string) {
		if text != "" {
			args = append(args, ssocache.Argument{Name: name, Text: text})
		}
	}
	add("RoleSessionName", role.SessionName)
	add("ExternalId", role.ExternalID)
	add("SerialNumber", role.MFASerial)
	if role.Duration != 0 {
		args = append(args, ssocache.Argument{Name: "DurationSeconds", Number: int(role.Duration / time.Second)})
	}
	add("SourceIdentity", role.SourceIdentity)
	if len(role.Tags) > 0 {
		text, _ := json.Marshal(role.Tags) // strings always encode
		add("Tags", string(text))
	}
	add("TransitiveTagKeys", strings.Join(role.TransitiveTags, ","))
	add("Policy", role.Policy)
	return args
}
