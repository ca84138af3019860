package arg

import (
	"math"
	"strings"
	"time"
)

// layouts are the forms of a time that are understood. The AWS CLI guesses at more.
var layouts = [...]string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05-07", "2006-01-02T15:04:05",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04-0700", "2006-01-02T15:04", "2006-01-02T15",
	"2006-01-02", "2006-01", "20060102T150405Z0700", "20060102T150405", "20060102150405",
	"2006/01/02T15:04:05", "2006/01/02T15:04", "2006/01/02",
	time.RFC1123, time.RFC1123Z, time.RFC822, time.RFC822Z, time.RFC850, time.ANSIC, time.UnixDate,
	"2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05", "2 Jan 2006", "Jan 2 2006", "Jan 2, 2006",
}

// timeOf returns the time that a value stands for.
func timeOf(v any) (time.Time, bool) {
	switch v := v.(type) {
	case string:
		return parseTime(v)
	case int64:
		return epoch(float64(v))
	case float64:
		return epoch(v)
	case bool: // to Python a number
		if v {
			return epoch(1)
		}
		return epoch(0)
	}
	return time.Time{}, false
}

// parseTime reads a time: seconds since 1970 or one of the layouts. Without a zone it
// is UTC, as in the AWS CLI.
func parseTime(s string) (time.Time, bool) {
	if f, err := parseFloat(s); err == nil {
		return epoch(f)
	}
	s = strings.TrimFunc(s, isSpace)
	// The date and the time of ISO 8601 may have a space between, a zone may too.
	iso := s
	if len(s) > 11 && s[10] == ' ' {
		iso = s[:10] + "T" + strings.ReplaceAll(s[11:], " ", "")
	}
	iso = strings.ToUpper(iso)
	for _, layout := range layouts {
		for _, text := range []string{iso, s} {
			if t, err := time.Parse(layout, text); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

// epoch is the time so many seconds after 1970, to the microsecond, in the years
// that Python has.
func epoch(seconds float64) (time.Time, bool) {
	if math.IsNaN(seconds) || seconds < -62135596800 || seconds > 253402300799 {
		return time.Time{}, false
	}
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.RoundToEven(fraction*1e6))*1e3).UTC(), true
}
