package profile

import (
	"strings"
	"testing"
)

func TestEndpoint(t *testing.T) {
	const config = "[profile x]\nservices=local\nendpoint_url=profile\n" +
		"[services local]\nsso =\n  endpoint_url = section\nsts = nonsense\n" +
		"[profile plain]\nendpoint_url=profile\n[profile none]\n" +
		"[profile off]\nendpoint_url=profile\nignore_configured_endpoint_urls=true # for now\n" +
		"[services empty]\n[profile lost]\nservices=empty\n"
	const lost = `The profile is configured to use the services section but the "empty" services configuration does not exist.`
	tests := []struct{ name, words, service, want, from, err string }{
		{"the variable of the service", "--profile=x AWS_ENDPOINT_URL_STS=own AWS_ENDPOINT_URL=all", "STS", "own", "AWS_ENDPOINT_URL_STS", ""},
		{"the variable of another service is ignored", "--profile=x AWS_ENDPOINT_URL_STS=own AWS_ENDPOINT_URL=all", "S3", "all", "AWS_ENDPOINT_URL", ""},
		{"the services section", "--profile=x", "SSO", "section", "config: line 6: key endpoint_url of sso in [services local]", ""},
		{"a services section without the service", "--profile=x", "EC2", "profile", "config: line 3: key endpoint_url", ""},
		{"a services section with a value instead of a block", "--profile=x", "STS", "profile", "config: line 3: key endpoint_url", ""},
		{"the profile", "--profile=plain", "S3", "profile", "config: line 9: key endpoint_url", ""},
		{"an empty variable does not count", "--profile=plain AWS_ENDPOINT_URL= AWS_ENDPOINT_URL_S3=", "S3", "profile", "config: line 9: key endpoint_url", ""},
		{"nothing", "--profile=none", "EC2", "", "", ""},
		{"all switched off", "--profile=x AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=True AWS_ENDPOINT_URL_SSO=own", "SSO", "", "", ""},
		{"switched off by the profile", "--profile=off AWS_ENDPOINT_URL=all", "STS", "", "", ""},
		{"switched off by the profile, on by the variable", "--profile=off AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=", "STS", "profile", "config: line 12: key endpoint_url", ""},
		{"a services section without settings", "--profile=lost", "SSO", "", "", lost},
		{"a services section without settings, and a variable", "--profile=lost AWS_ENDPOINT_URL_SSO=own", "SSO", "own", "AWS_ENDPOINT_URL_SSO", ""},
		{"the portal's own variable", "--profile=x AWS_ENDPOINT_URL_SSO=own AWS_ENDPOINT_URL=all", "SSO", "own", "AWS_ENDPOINT_URL_SSO", ""},
		{"the portal's variable is not used for the sign-in service", "--profile=x AWS_ENDPOINT_URL_SSO=own AWS_ENDPOINT_URL=all", "SSO_OIDC", "", "", ""},
		{"a general endpoint is not used for the portal", "--profile=plain AWS_ENDPOINT_URL=all", "SSO", "", "", ""},
		{"a general endpoint is not used for the sign-in service", "--profile=plain AWS_ENDPOINT_URL=all", "SSO_OIDC", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _, err := Resolve(inputsWith(config, "", strings.Fields(tt.words)...))
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.Endpoint(tt.service)
			if tt.err != "" {
				wantError(t, err, 255, tt.err, "")
			} else if err != nil || got.URL != tt.want || got.From != tt.from || got.Env != strings.HasPrefix(tt.from, "AWS_") {
				t.Errorf("%+v, %v; want %q from %q", got, err, tt.want, tt.from)
			}
		})
	}
}

func TestEndpointFlag(t *testing.T) {
	in := inputsWith("", "")
	in.EndpointURL = "http://127.0.0.1:8000"
	p, _, err := Resolve(in)
	if err != nil || p.EndpointURL != in.EndpointURL {
		t.Errorf("profile %+v, error %v; want the endpoint of the flag", p, err)
	}
	if got, err := p.Endpoint("STS"); got.URL != "" || err != nil {
		t.Errorf("%+v, %v; want none: the flag is only for the operation on the command line", got, err)
	}
	in.EndpointURL = "localhost:8000"
	_, _, err = Resolve(in)
	wantError(t, err, 252, "Bad value for --endpoint-url \"localhost:8000\": scheme is missing.  Must be of the form http://<hostname>/ or https://<hostname>/", "")
}

func TestEnvKeys(t *testing.T) {
	for words, want := range map[string]bool{
		"AWS_ACCESS_KEY_ID=A": true, "AWS_ACCESS_KEY_ID=A AWS_PROFILE=x": true,
		"AWS_ACCESS_KEY_ID=A --profile=x": false, "AWS_ACCESS_KEY_ID=": false,
	} {
		p, _, err := Resolve(inputsWith("[profile x]", "", strings.Fields(words)...))
		if err != nil || p.EnvKeys != want {
			t.Errorf("%s: profile %+v, error %v; wrong EnvKeys", words, p, err)
		}
	}
}
