// This file reads the settings that choose a browser.

package profile

import "cmp"

// consoleBrowserKey names the browser for the AWS console.
const consoleBrowserKey = "console_browser"

// ConsoleBrowser returns console_browser of the profile, or else of its session, and the place of
// the setting for messages. value is "" if the setting does not exist. The whole line is the
// value, because names of browser profiles can contain a #.
func (p *Profile) ConsoleBrowser() (value, source string, err error) {
	f, ok := p.settings.get(consoleBrowserKey)
	if session := cmp.Or(p.Session.Name, p.login.Name); !ok && session != "" {
		r := &resolver{Inputs: p.in}
		section, err := r.session(session)
		if err != nil {
			return "", "", err
		}
		f, ok = sectionSetting(section, consoleBrowserKey, ConfigFile)
	}
	if !ok {
		return "", "", nil
	}
	return f.Value, place(f), nil
}
