package profile

import "strings"

// validRegion is the AWS CLI's rule: a host label, not of digits alone. The empty
// string passes it and means no region.
func validRegion(s string) bool {
	if s == "" {
		return true
	}
	if len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	digits := 0
	for _, c := range []byte(s) {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '-':
		default:
			return false
		}
	}
	return digits < len(s)
}

func badRegion(region, where string) *Error {
	return &Error{
		Msg:  "Provided region_name '" + region + "' doesn't match a supported format.",
		Code: 255,
		Hint: where + " should be a region such as us-east-1",
	}
}

func validOutput(s string) bool {
	switch s {
	case "json", "yaml", "yaml-stream", "text", "table", "off":
		return true
	}
	return false
}

func validBool(s string) bool {
	return strings.EqualFold(s, "true") || strings.EqualFold(s, "false")
}

// validAccountID reports whether s is 12 digits.
func validAccountID(s string) bool {
	if len(s) != 12 {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || '9' < c {
			return false
		}
	}
	return true
}
