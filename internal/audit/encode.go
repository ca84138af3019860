package audit

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// This file writes an entry as JSON. Package encoding/json would need a tenth of the time of a quick
// answer to learn the type. The tags of [Entry] name the same keys; a test compares them.

// line returns the entry as a line of JSON, without a line break.
func (e Entry) line() []byte {
	b := strconv.AppendInt([]byte(`{"seq":`), e.Seq, 10)
	b = appendText(b, "time", e.Time.UTC().Format("2006-01-02T15:04:05.000Z07:00"))
	b = appendText(b, "event", e.Event)
	for _, f := range [...][2]string{
		{"decision", e.Decision},
		{"rule", e.Rule},
		{"consent", e.Consent},
		{"profile", e.Profile},
		{"account", e.Account},
		{"role", e.Role},
		{"keyId", e.KeyID},
		{"expires", dated(e.Expires)},
		{"source", e.Source},
		{"call", e.Call},
		{"region", e.Region},
		{"error", e.Error},
		{"command", e.Command},
	} {
		b = appendKnown(b, f[0], f[1])
	}
	if e.PID != 0 {
		b = appendNumber(b, "pid", e.PID)
	}
	b = appendNumber(b, "uid", e.UID)
	b = appendKnown(b, "program", e.Program)
	for i, p := range e.Parents {
		if i == 0 {
			b = append(b, `,"parents":[`...)
		} else {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, `{"pid":`...), int64(p.PID), 10)
		b = append(appendText(b, "name", p.Name), '}')
		if i == len(e.Parents)-1 {
			b = append(b, ']')
		}
	}
	b = strconv.AppendBool(append(b, `,"terminal":`...), e.Terminal)
	b = appendKnown(b, "agent", e.Agent)
	b = appendKnown(b, "agentBy", e.AgentBy)
	b = appendKnown(b, "ci", e.CI)
	b = appendKnown(b, "cwd", e.Dir)
	return append(appendText(b, "prev", e.Prev), '}')
}

func dated(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// appendKnown appends a member, unless its value is empty.
func appendKnown(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return appendText(b, key, value)
}

func appendNumber(b []byte, key string, n int) []byte {
	return strconv.AppendInt(append(append(append(b, `,"`...), key...), `":`...), int64(n), 10)
}

// maxText limits texts in bytes, because they come from outside. A line stays under 16 kB.
const maxText = 500

// appendText appends a member. It cuts a long value, and replaces bytes that are not UTF-8.
func appendText(b []byte, key, value string) []byte {
	b = append(append(append(b, `,"`...), key...), `":"`...)
	for i, r := range value {
		if i >= maxText {
			b = append(b, "…"...)
			break
		}
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029:
			const digits = "0123456789abcdef"
			b = append(b, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
