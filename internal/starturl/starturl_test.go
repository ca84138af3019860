package starturl

import "testing"

func TestPortal(t *testing.T) {
	tests := []struct{ url, want string }{
		{"https://acme.awsapps.com/start", "https://acme.awsapps.com/start"},
		{"https://acme.awsapps.com/start/", "https://acme.awsapps.com/start"},
		{"https://acme.awsapps.com/start#", "https://acme.awsapps.com/start"},
		{"https://acme.awsapps.com/start#/", "https://acme.awsapps.com/start"},
		{"https://acme.awsapps.com/start/#/?tab=accounts", "https://acme.awsapps.com/start"},
		{"https://acme.awsapps.com/start?tab=accounts#/", "https://acme.awsapps.com/start"},
		{"HTTPS://ACME.awsapps.com/start", "https://acme.awsapps.com/start"},
		{"https://acme.awsapps.com:443/start//", "https://acme.awsapps.com/start"},
		{"https://acme.awsapps.com:8443/start", "https://acme.awsapps.com:8443/start"},
		{"http://127.0.0.1:80/start", "http://127.0.0.1/start"},
		{"http://acme.awsapps.com:443/start", "http://acme.awsapps.com:443/start"},
		{"https://ssoins-0123456789abcdef.portal.us-east-2.app.aws/", "https://ssoins-0123456789abcdef.portal.us-east-2.app.aws"},
		{"https://acme.awsapps.com/Start", "https://acme.awsapps.com/Start"},
		{"acme", "acme"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := Portal(tt.url); got != tt.want {
			t.Errorf("Portal(%q) = %q, want %q", tt.url, got, tt.want)
		}
		if again := Portal(tt.want); again != tt.want {
			t.Errorf("Portal(%q) = %q; a normal form must not change", tt.want, again)
		}
	}
	if !Same("https://A/start/", "https://a/start#/") || Same("https://a/start", "https://b/start") {
		t.Error("Same must ignore case, slashes and fragments, and nothing else")
	}
}

func FuzzPortal(f *testing.F) {
	f.Add("https://acme.awsapps.com/start#/")
	f.Fuzz(func(t *testing.T, url string) {
		if p := Portal(url); Portal(p) != p {
			t.Errorf("Portal(%q) = %q, but Portal of that is %q", url, p, Portal(p))
		}
	})
}
