package settings

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Audit is the section "audit".
type Audit struct {
	// Required means that lanyard gives no credentials if it cannot write the audit record.
	Required bool
	// Forward is Syslog or Journald if each entry also goes there, and "" otherwise.
	Forward string
}

// The values of Audit.Forward.
const (
	Syslog   = "syslog"
	Journald = "journald"
)

// audit reads the section "audit".
func (s *Settings) audit(n *yaml.Node) error {
	values, err := s.members(n, "audit", "required", "forward")
	if err != nil {
		return err
	}
	if v := values["required"]; v != nil {
		if err := v.Decode(&s.Audit.Required); err != nil || v.Tag != "!!bool" {
			return &Error{s.Path, v.Line, "audit.required must be true or false"}
		}
	}
	forward, line, err := s.text(values, "forward")
	if err != nil {
		return err
	}
	if forward != "" && forward != Syslog && forward != Journald {
		return &Error{s.Path, line, fmt.Sprintf("audit.forward: %q is not %s or %s", forward, Syslog, Journald)}
	}
	s.Audit.Forward = forward
	return nil
}
