package profile

import (
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// endpoint takes over --endpoint-url.
func (r *resolver) endpoint(p *Profile) error {
	p.EndpointURL = r.EndpointURL
	if p.EndpointURL != "" && !strings.Contains(p.EndpointURL, "://") {
		return &Error{
			Msg: "Bad value for --endpoint-url \"" + p.EndpointURL + "\": scheme is missing.  " +
				"Must be of the form http://<hostname>/ or https://<hostname>/",
			Code: 252,
		}
	}
	return nil
}

// An Endpoint is the configured base URL of a service. The zero Endpoint means that
// nothing is configured and the built-in rules decide.
type Endpoint struct {
	URL  string
	From string // the setting, for messages: a variable, or file, line and key
	Env  bool   // an environment variable names it
}

// Endpoint returns the endpoint that is configured for a service. The service is its
// id in capitals, as it stands in the name of its variable: SSO, SSO_OIDC, STS, S3,
// EC2.
//
// The order is AWS_ENDPOINT_URL_<service>, AWS_ENDPOINT_URL, the [services] of the
// profile, its endpoint_url; an empty one does not count. SSO and SSO_OIDC get the
// user's tokens, so only the settings that name them count: AWS_ENDPOINT_URL and
// endpoint_url usually mean LocalStack. --endpoint-url is for the operation on the
// command line, and is left to the caller.
func (p *Profile) Endpoint(service string) (Endpoint, error) {
	r := &resolver{Inputs: p.in}
	if r.truth(p, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") {
		return Endpoint{}, nil
	}
	variables := []string{"AWS_ENDPOINT_URL_" + service}
	general := service != "SSO" && service != "SSO_OIDC"
	if general {
		variables = append(variables, "AWS_ENDPOINT_URL")
	}
	for _, name := range variables {
		if v, _ := r.env(name); v != "" {
			return Endpoint{URL: v, From: name, Env: true}, nil
		}
	}
	if ref, ok := p.settings.get("services"); ok {
		e, err := r.serviceEndpoint(ref.Value, strings.ToLower(service))
		if e.URL != "" || err != nil {
			return e, err
		}
	}
	if f, _ := p.settings.get("endpoint_url"); general && f.Value != "" {
		return Endpoint{URL: f.Value, From: place(f)}, nil
	}
	return Endpoint{}, nil
}

// serviceEndpoint looks into a [services] section. A section without settings counts
// as missing.
func (r *resolver) serviceEndpoint(name, service string) (Endpoint, error) {
	section, err := r.find(r.Config, awsconfig.Services, name)
	if err != nil {
		return Endpoint{}, err
	}
	if section == nil || len(section.Settings) == 0 {
		return Endpoint{}, &Error{
			Msg: "The profile is configured to use the services section but the \"" + name +
				"\" services configuration does not exist.",
			Code: 255,
		}
	}
	block, _ := section.Get(service)
	for _, s := range block.Nested {
		if s.Key == "endpoint_url" && s.Value != "" {
			return Endpoint{URL: s.Value, From: place(found{s, section.Path, ConfigFile}) + " of " + service + " in [services " + name + "]"}, nil
		}
	}
	return Endpoint{}, nil
}
