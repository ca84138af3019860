package profile

import (
	"strings"

	"lanyard/internal/awsconfig"
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

// Endpoint returns the endpoint that is configured for a service, or "" if it is
// for the built-in rules to say. The service is its id in capitals, as it stands
// in the name of its variable: SSO, SSO_OIDC, STS, S3, EC2.
//
// The order is AWS_ENDPOINT_URL_<service>, AWS_ENDPOINT_URL, the [services] of the
// profile, its endpoint_url; an empty one does not count. --endpoint-url is not
// looked at: it is for the operation named on the command line alone.
func (p *Profile) Endpoint(service string) (string, error) {
	r := &resolver{Inputs: p.in}
	if r.truth(p, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") {
		return "", nil
	}
	for _, name := range []string{"AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL"} {
		if v, _ := r.env(name); v != "" {
			return v, nil
		}
	}
	if ref, ok := p.settings.get("services"); ok {
		v, err := r.serviceEndpoint(ref.Value, strings.ToLower(service))
		if v != "" || err != nil {
			return v, err
		}
	}
	f, _ := p.settings.get("endpoint_url")
	return f.Value, nil
}

// serviceEndpoint looks into a [services] section; one without settings is as good
// as none.
func (r *resolver) serviceEndpoint(name, service string) (string, error) {
	section, err := r.find(r.Config, awsconfig.Services, name)
	if err != nil {
		return "", err
	}
	if section == nil || len(section.Settings) == 0 {
		return "", &Error{
			Msg: "The profile is configured to use the services section but the \"" + name +
				"\" services configuration does not exist.",
			Code: 255,
		}
	}
	block, _ := section.Get(service)
	for _, s := range block.Nested {
		if s.Key == "endpoint_url" {
			return s.Value, nil
		}
	}
	return "", nil
}
