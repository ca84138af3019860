package awsop

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"lanyard/internal/awsmodel"
)

// An InputError is input that does not fit the operation.
type InputError struct {
	Operation string
	Reason    string
}

func (e *InputError) Error() string { return "Parameter validation failed:\n" + e.Reason }

func wrongType(operation, name string, want awsmodel.Kind, v any) error {
	return &InputError{operation, fmt.Sprintf("parameter %s: a %s is needed, not %s", name, want, describe(v))}
}

// describe names the type of a value without showing it: it may be a secret.
func describe(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case int64, float64:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "a list"
	}
	return "a structure"
}

// The formats of times in requests.
const (
	isoTime  = "iso8601"
	httpTime = "rfc822"
	unixTime = "unixTimestamp"
)

// timeFormat is the member's, or else that of the place it is in.
func timeFormat(m *awsmodel.Member, place string) string {
	if m.TimeFormat != "" {
		return m.TimeFormat
	}
	return place
}

// scalar writes a value without parts as text.
func scalar(operation, name string, s *awsmodel.Shape, v any, format string) (string, error) {
	switch v := v.(type) {
	case string:
		switch s.Kind {
		case awsmodel.String, awsmodel.Blob: // blobs are in base64 already
			return v, nil
		case awsmodel.Timestamp:
			return inputTime(operation, name, v, format)
		}
	case bool:
		if s.Kind == awsmodel.Boolean {
			return strconv.FormatBool(v), nil
		}
	case int64:
		switch s.Kind {
		case awsmodel.Integer, awsmodel.Long, awsmodel.Float, awsmodel.Double:
			return strconv.FormatInt(v, 10), nil
		case awsmodel.Timestamp:
			return writeTime(time.Unix(v, 0), format), nil
		}
	case float64:
		switch s.Kind {
		case awsmodel.Float, awsmodel.Double:
			return number(v), nil
		case awsmodel.Timestamp:
			return writeTime(unix(v), format), nil
		}
	}
	return "", wrongType(operation, name, s.Kind, v)
}

// number writes v as JSON does.
func number(v float64) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "0" // not a number, or infinite: JSON has no such value, so neither has a document
	}
	return string(b)
}

func unix(seconds float64) time.Time {
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.RoundToEven(fraction*1e6))*1000)
}

// inputTime reads a time as people write it: RFC 3339, a date, a number of seconds.
func inputTime(operation, name, s, format string) (string, error) {
	if seconds, err := strconv.ParseFloat(s, 64); err == nil && math.Abs(seconds) < 1e12 {
		return writeTime(unix(seconds), format), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02", time.RFC1123} {
		if t, err := time.Parse(layout, s); err == nil {
			return writeTime(t, format), nil
		}
	}
	return "", &InputError{operation, fmt.Sprintf("parameter %s: %q is not a time", name, s)}
}

func writeTime(t time.Time, format string) string {
	t = t.UTC()
	switch format {
	case httpTime:
		return t.Format("Mon, 02 Jan 2006 15:04:05 GMT")
	case unixTime:
		return strconv.FormatInt(t.Unix(), 10)
	}
	if t.Nanosecond()/1000 == 0 {
		return t.Format("2006-01-02T15:04:05Z")
	}
	return t.Format("2006-01-02T15:04:05.000000Z")
}
