package signin

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/caller"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// serviceTimeout is the AWS CLI's timeout for connecting and for each read of a reply.
const serviceTimeout = time.Minute

// NewClient returns a client of a service, without credentials. The access portal gets the
// token of the session. So its client uses the settings of the profile that has the session.
// The broker uses the same settings to decide where to send the token.
func NewClient(w *workspace.Workspace, p *profile.Profile, svc *model.Service) (*call.Client, error) {
	reach := p
	if svc.Name == "sso" {
		reach = p.ForSession()
	}
	if err := reach.CheckRetries(); err != nil {
		return nil, err
	}
	endpoint := w.App.Flags.EndpointURL
	if endpoint == "" {
		configured, err := reach.Endpoint(svc.EnvName())
		if err != nil {
			return nil, err
		}
		endpoint = configured.URL
	}
	if err := idcenter.CheckEndpoint(endpoint, reach.FIPS, reach.DualStack); err != nil {
		return nil, err
	}
	hc, err := w.HTTPClientWithin(reach, serviceTimeout, serviceTimeout)
	if err != nil {
		return nil, err
	}
	format, set := p.Get("cli_timestamp_format")
	if set && format.Value != "wire" && format.Value != "iso8601" {
		return nil, command.WithHint(&command.ConfigError{Code: "Configuration", Msg: `Unknown cli_timestamp_format value: ` + format.Value + `, valid values are "wire" or "iso8601"`},
			"change cli_timestamp_format of profile %s (line %d)", p.Name, format.Line)
	}
	client := &call.Client{
		HTTP: hc, Region: p.Region, Endpoint: endpoint, FIPS: reach.FIPS, DualStack: reach.DualStack,
		MaxAttempts: reach.MaxAttempts, RetryMode: reach.RetryMode, Log: w.App.Log, UserAgent: caller.UserAgent(w.App.Env.Lookup),
		TimeFormat: format.Value, Zone: w.App.Now().Location(), Now: w.App.Now,
	}
	if client.OnlyNeededChecksums, err = whenRequired(w, p, "request_checksum_calculation"); err != nil {
		return nil, err
	}
	if client.IgnoreReplyChecksums, err = whenRequired(w, p, "response_checksum_validation"); err != nil {
		return nil, err
	}
	if client.GzipFrom, err = gzipFrom(w, p); err != nil {
		return nil, err
	}
	setSigV4A(w, p, client)
	if err := setDiscovery(w, p, client); err != nil {
		return nil, err
	}
	if client.EndpointParameters, err = endpointParameters(w, p, svc); err != nil {
		return nil, err
	}
	if svc.Name == "s3api" || svc.Name == "s3control" {
		s3 := s3Settings(p)
		client.PathStyle, client.VirtualHosts = s3("addressing_style") == "path", s3("addressing_style") == "virtual"
		client.DualStack = client.DualStack || strings.EqualFold(s3("use_dualstack_endpoint"), "true")
	}
	return client, nil
}

// whenRequired reports whether a setting for checksums is "when_required". The default is
// "when_supported", and other values are errors.
func whenRequired(w *workspace.Workspace, p *profile.Profile, key string) (bool, error) {
	const supported, required = "when_supported", "when_required"
	set, _ := p.Get(key)
	switch value := strings.ToLower(cmp.Or(w.App.Env.Get("AWS_"+strings.ToUpper(key)), set.Value, supported)); value {
	case supported, required:
		return value == required, nil
	default:
		return false, &command.ConfigError{
			Code: "Configuration",
			Msg:  "Unsupported configuration value for " + key + ". Expected one of ('" + supported + "', '" + required + "') but got " + value + ".",
		}
	}
}

// gzipFrom returns the size in bytes from which the bodies of requests are compressed: 0 for the
// default, and -1 for never.
func gzipFrom(w *workspace.Workspace, p *profile.Profile) (int, error) {
	setting := func(key string) string {
		set, _ := p.Get(key)
		return cmp.Or(w.App.Env.Get("AWS_"+strings.ToUpper(key)), set.Value)
	}
	const key, most = "request_min_compression_size_bytes", 1 << 20
	size := 0
	if value := setting(key); value != "" {
		wrong := func(why string) error { // in the AWS CLI's words
			return command.WithHint(fmt.Errorf("Invalid value %q for %s. %s", value, key, why),
				"change %s of profile %s, or the variable AWS_%s", key, p.Name, strings.ToUpper(key))
		}
		n, err := strconv.Atoi(strings.TrimSpace(value))
		switch {
		case err != nil:
			return 0, wrong("Value must be an integer. Received <class 'str'> instead.")
		case n < 1 || n > most:
			return 0, wrong("Value must be between 1 and 1048576.")
		}
		size = n
	}
	if strings.EqualFold(setting("disable_request_compression"), "true") {
		return -1, nil
	}
	return size, nil
}

// s3Settings returns a function that looks up a setting in the s3 block of a profile.
func s3Settings(p *profile.Profile) func(key string) string {
	block, _ := p.Get("s3")
	return func(key string) string {
		s, _ := (&awsconfig.Section{Settings: block.Nested}).Get(key)
		return s.Value
	}
}

// ExplainKeys adds a hint to an error about expired keys. It adds no hint for role
// credentials, because the client has already tried new credentials.
func ExplainKeys(w *workspace.Workspace, client *call.Client, err error) error {
	var connect *idcenter.ConnectError
	if errors.As(err, &connect) {
		return w.AdviseConnection(connect) // without the outer errors
	}
	var refused *call.ServiceError
	if !errors.As(err, &refused) || !refused.Expired() || client.RefreshCredentials != nil {
		return err
	}
	if refused.Code == "RequestExpired" && refused.Clock.Wrong() { // the wrong clock is the likely cause
		return err
	}
	if _, ok, _ := workspace.EnvironmentKeys(w.App); ok {
		return command.WithHint(err, "the keys in AWS_ACCESS_KEY_ID have expired: set new keys, or unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN")
	}
	return command.WithHint(err, "the keys of profile %s have expired: write new keys to the profile", profile.Name(w.App.Flags.Profile, w.App.Env.Lookup))
}

// SigningKeys returns credentials in the form that a client signs with.
func SigningKeys(c ssocache.Credentials) call.Credentials {
	return call.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}
}
