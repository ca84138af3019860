package browser

import (
	"net/url"
	"strings"
)

// firefox returns the command that starts Firefox with these arguments.
func firefox(env []string, args ...string) (command, error) {
	programs := installed(env, "Mozilla Firefox/firefox.exe", "Firefox.app/Contents/MacOS/firefox", "firefox", "firefox-esr")
	return firstProgram("firefox", programs, env, args...)
}

// containerURI returns a URI for an add-on of Firefox that opens a URL in a container. Both add-ons
// read the same parameters. containerURI escapes every value, because a & in a name would begin
// another parameter. Sources: the README of honsiorovskyi/open-url-in-container, and Granted's
// add-on.
func containerURI(family, name, target string, names Names) string {
	scheme := "ext+container:"
	if family == grantedFamily {
		scheme = "ext+granted-containers:"
	}
	colour, icon := names.look()
	return scheme + "name=" + escape(name) + "&url=" + escape(target) + "&color=" + colour + "&icon=" + icon
}

// escape escapes a value of a URI. It writes a space as %20, because a + means a plus sign to
// some readers.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// look returns the colour and the icon of a container. The first word that a name of the profile
// or its account contains decides the colour. The role decides the icon.
func (n Names) look() (colour, icon string) {
	colour, icon = "blue", "briefcase"
	where := strings.ToLower(n.Profile + "\n" + n.AccountName)
	for _, rule := range [...]struct{ word, colour string }{
		{"nonprod", "yellow"},
		{"non-prod", "yellow"},
		{"preprod", "yellow"},
		{"pre-prod", "yellow"},
		{"prod", "red"},
		{"stag", "yellow"},
		{"uat", "yellow"},
		{"test", "yellow"},
		{"qa", "yellow"},
		{"dev", "green"},
		{"sandbox", "turquoise"},
		{"demo", "turquoise"},
		{"audit", "purple"},
		{"security", "purple"},
	} {
		if strings.Contains(where, rule.word) {
			colour = rule.colour
			break
		}
	}
	role := strings.ToLower(n.Role)
	switch {
	case strings.Contains(role, "admin"):
		icon = "fingerprint"
	case strings.Contains(role, "billing"):
		icon = "dollar"
	case strings.Contains(role, "read"), strings.Contains(role, "view"):
		icon = "circle"
	}
	return colour, icon
}
