// Detection of texts that YAML reads as other types than strings.

package render

import "strings"

// isYAMLString reports whether YAML reads a text without quotes as a string. The rules are from
// YAML 1.2. For dates, "<<" and "=", they are from YAML 1.1.
func isYAMLString(s string) bool {
	switch s {
	case "", "~", "null", "Null", "NULL", "<<", "=",
		"true", "True", "TRUE", "false", "False", "FALSE":
		return false
	}
	if c := s[0]; c != '+' && c != '-' && c != '.' && (c < '0' || c > '9') {
		return true
	}
	return !isYAMLInt(s) && !isYAMLFloat(s) && !isYAMLTime(s)
}

const digits = "0123456789"

// trimSet removes the characters of a set from the beginning of s. It returns the number of removed
// characters, and the rest of s.
func trimSet(s, set string) (int, string) {
	rest := strings.TrimLeft(s, set)
	return len(s) - len(rest), rest
}

func sign(s string) string {
	if s != "" && (s[0] == '+' || s[0] == '-') {
		return s[1:]
	}
	return s
}

func isYAMLInt(s string) bool {
	s = sign(s)
	for _, base := range []struct{ prefix, digits string }{
		{"", digits + "_"},
		{"0b", "01_"},
		{"0o", "01234567_"},
		{"0x", digits + "abcdefABCDEF_"},
	} {
		rest, ok := strings.CutPrefix(s, base.prefix)
		if n, end := trimSet(rest, base.digits); ok && n > 0 && end == "" {
			return true
		}
	}
	return false
}

func isYAMLFloat(s string) bool {
	switch s {
	case ".nan", ".NaN", ".NAN":
		return true
	}
	s = sign(s)
	switch s {
	case ".inf", ".Inf", ".INF":
		return true
	}
	whole := s != "" && s[0] != '_'
	n, rest := trimSet(s, digits+"_")
	whole = whole && n > 0
	after, point := strings.CutPrefix(rest, ".")
	fraction := 0
	if point {
		fraction, rest = trimSet(after, digits+"_")
	}
	switch {
	case whole:
		return point && rest == "" || isExponent(rest, false)
	case n > 0:
		return false
	}
	return point && fraction > 0 && (rest == "" || isExponent(rest, true))
}

func isExponent(s string, needSign bool) bool {
	if s == "" || s[0] != 'e' && s[0] != 'E' {
		return false
	}
	unsigned := sign(s[1:])
	if needSign && unsigned == s[1:] {
		return false
	}
	n, rest := trimSet(unsigned, digits)
	return n > 0 && rest == ""
}

// isYAMLTime reports whether s is a date, or a date and a time of day.
func isYAMLTime(s string) bool {
	date, ok := number(s, 4, 4)
	month, ok2 := number(strings.TrimPrefix(date, "-"), 1, 2)
	day, ok3 := number(strings.TrimPrefix(month, "-"), 1, 2)
	if !ok || !ok2 || !ok3 || date[0] != '-' || month == "" || month[0] != '-' {
		return false
	}
	if day == "" {
		return len(s) == len("2006-01-02")
	}
	rest := strings.TrimLeft(day, " \t")
	if rest == day {
		if rest = day[1:]; day[0] != 'T' && day[0] != 't' {
			return false
		}
	}
	return isTimeOfDay(rest)
}

func isTimeOfDay(s string) bool {
	s, ok := number(s, 1, 2)
	for range 2 {
		after, colon := strings.CutPrefix(s, ":")
		if !ok || !colon {
			return false
		}
		s, ok = number(after, 2, 2)
	}
	if !ok {
		return false
	}
	if strings.HasPrefix(s, ".") {
		_, s = trimSet(s[1:], digits)
	}
	return s == "" || isZone(strings.TrimLeft(s, " \t"))
}

func isZone(s string) bool {
	if s == "Z" {
		return true
	}
	if sign(s) == s {
		return false
	}
	s, ok := number(s[1:], 1, 2)
	if !ok || s == "" {
		return ok
	}
	minutes, ok := strings.CutPrefix(s, ":")
	rest, enough := number(minutes, 2, 2)
	return ok && enough && rest == ""
}

// number removes a number of at most maxLen digits from the beginning of s. ok is false if s begins
// with fewer than minLen digits.
func number(s string, minLen, maxLen int) (rest string, ok bool) {
	n, _ := trimSet(s, digits)
	if n < minLen {
		return s, false
	}
	return s[min(n, maxLen):], true
}
