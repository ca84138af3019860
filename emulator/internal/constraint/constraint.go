// Package constraint checks the parameters of STS requests. It uses the constraints of AWS's model
// and the messages of AWS.
package constraint

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Parameters holds the parameters of a request. It collects all violations, because STS reports
// them in one error.
type Parameters struct {
	url.Values
	violations []string
}

// A Rule is a constraint on a text.
type Rule struct {
	least, most int    // the number of characters
	pattern     string // AWS's pattern for allowed; "" allows all characters
	allowed     func(rune) bool
	secret      bool // errors do not quote the value
}

// ARN returns the rule of ARNs.
func ARN() Rule {
	const pattern = `[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`
	return Rule{least: 20, most: 2048, pattern: pattern, allowed: func(c rune) bool {
		return strings.ContainsRune("\t\n\r\u0085", c) || ' ' <= c && c <= '~' || '\u00a0' <= c && c != '\ufffe' && c != '\uffff'
	}}
}

// Name returns the rule of RoleSessionName and SourceIdentity.
func Name() Rule {
	return Rule{least: 2, most: 64, pattern: `[\w+=,.@-]*`, allowed: wordRunes("+=,.@-")}
}

// UserName returns the rule of the name of a federated user.
func UserName() Rule {
	return Rule{least: 2, most: 32, pattern: `[\w+=,.@-]*`, allowed: wordRunes("+=,.@-")}
}

// ExternalID returns the rule of ExternalId.
func ExternalID() Rule {
	return Rule{least: 2, most: 1224, pattern: `[\w+=,.@:\/-]*`, allowed: wordRunes("+=,.@:/-")}
}

// Serial returns the rule of SerialNumber.
func Serial() Rule {
	return Rule{least: 9, most: 256, pattern: `[\w+=/:,.@-]*`, allowed: wordRunes("+=/:,.@-")}
}

// Code returns the rule of TokenCode.
func Code() Rule { return Rule{least: 6, most: 6, pattern: `[\d]*`, allowed: isDigit} }

// WebIdentityToken returns the rule of WebIdentityToken.
func WebIdentityToken() Rule { return Rule{least: 4, most: 20_000, secret: true} }

// TagKey returns the rule of the keys of session tags.
func TagKey() Rule {
	return Rule{least: 1, most: 128, pattern: `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`, allowed: isTagRune}
}

// TagValue returns the rule of the values of session tags.
func TagValue() Rule {
	return Rule{least: 0, most: 256, pattern: `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, allowed: isTagRune}
}

// Policy returns the rule of session policies.
func Policy() Rule {
	return Rule{least: 1, most: 2048, pattern: `[\u0009\u000A\u000D\u0020-\u00FF]+`, allowed: func(c rune) bool {
		return strings.ContainsRune("\t\n\r", c) || ' ' <= c && c <= 0xff
	}}
}

func isDigit(c rune) bool { return '0' <= c && c <= '9' }

// wordRunes returns a function that reports whether a character is a letter, a digit, an
// underscore, or a character of extra.
func wordRunes(extra string) func(rune) bool {
	const word = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
	return func(c rune) bool { return strings.ContainsRune(word+extra, c) }
}

func isTagRune(c rune) bool {
	return unicode.In(c, unicode.L, unicode.Z, unicode.N) || strings.ContainsRune("_.:/=+-@", c)
}

// Text checks and returns an optional text.
func (v *Parameters) Text(name string, r Rule) string {
	value := v.Get(name)
	if !v.Has(name) {
		return ""
	}
	quoted := " '" + value + "'"
	if r.secret {
		quoted = ""
	}
	if r.pattern != "" && strings.ContainsFunc(value, func(c rune) bool { return !r.allowed(c) }) ||
		strings.HasSuffix(r.pattern, "+") && value == "" {
		v.violate(name, quoted, "Member must satisfy regular expression pattern: "+r.pattern)
	}
	switch n := utf8.RuneCountInString(value); {
	case n < r.least:
		v.violate(name, quoted, fmt.Sprintf("Member must have length greater than or equal to %d", r.least))
	case n > r.most:
		v.violate(name, quoted, fmt.Sprintf("Member must have length less than or equal to %d", r.most))
	}
	return value
}

// Required checks and returns a text that the request must have.
func (v *Parameters) Required(name string, r Rule) string {
	if !v.Has(name) {
		v.violate(name, " null", "Member must not be null")
	}
	return v.Text(name, r)
}

// Seconds checks and returns DurationSeconds. If the parameter is missing, it returns normal.
func (v *Parameters) Seconds(normal, most time.Duration) time.Duration {
	const name, least = "DurationSeconds", 900
	if !v.Has(name) {
		return normal
	}
	n, err := strconv.Atoi(v.Get(name))
	switch limit := int(most / time.Second); {
	case err != nil, n < least:
		v.Violate(name, v.Get(name), fmt.Sprintf("Member must have value greater than or equal to %d", least))
	case n > limit:
		v.Violate(name, v.Get(name), fmt.Sprintf("Member must have value less than or equal to %d", limit))
	}
	return time.Duration(n) * time.Second
}

// Violate adds a violation of the rule.
func (v *Parameters) Violate(name, value, rule string) { v.violate(name, " '"+value+"'", rule) }

func (v *Parameters) violate(name, quoted, rule string) {
	v.violations = append(v.violations, "Value"+quoted+" at '"+memberOf(name)+"' failed to satisfy constraint: "+rule)
}

// Message returns the message of STS's ValidationError. It returns "" if there are no violations.
func (v *Parameters) Message() string {
	switch n := len(v.violations); n {
	case 0:
		return ""
	case 1:
		return "1 validation error detected: " + v.violations[0]
	default:
		return fmt.Sprintf("%d validation errors detected: %s", n, strings.Join(v.violations, "; "))
	}
}

// memberOf returns the name of a parameter in STS's errors: roleArn for RoleArn, and
// tags.1.member.key for Tags.member.1.Key.
func memberOf(parameter string) string {
	part := strings.Split(parameter, ".")
	for i, p := range part {
		part[i] = strings.ToLower(p[:min(1, len(p))]) + p[min(1, len(p)):]
	}
	if len(part) > 2 && part[1] == "member" {
		part[1], part[2] = part[2], part[1]
	}
	return strings.Join(part, ".")
}
