// Conversion of scalars and times to and from text.

package call

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// scalar returns a scalar value as text.
func scalar(operation, name string, s *model.Shape, v any, format string) (string, error) {
	switch v := v.(type) {
	case string:
		switch s.Kind {
		case model.String, model.Blob: // a blob is already in base64
			return v, nil
		case model.Timestamp:
			return inputTime(operation, name, v, format)
		}
	case bool:
		if s.Kind == model.Boolean {
			return strconv.FormatBool(v), nil
		}
	case int64:
		switch s.Kind {
		case model.Integer, model.Long, model.Float, model.Double:
			return strconv.FormatInt(v, 10), nil
		case model.Timestamp:
			return writeTime(time.Unix(v, 0), format), nil
		}
	case *big.Int:
		switch s.Kind {
		case model.Integer, model.Long, model.Float, model.Double:
			return v.String(), nil
		}
	case float64:
		switch s.Kind {
		case model.Float, model.Double:
			return pytext.Str(v), nil
		case model.Timestamp:
			return writeTime(unix(v), format), nil
		}
	}
	return "", wrongType(operation, name, s.Kind, v)
}

func wrongType(operation, name string, want model.Kind, v any) error {
	return &InputError{operation, fmt.Sprintf("parameter %s: must be of type %s, not %s", name, want, describe(v))}
}

// describe returns the type of a value for messages. It does not show the value, which may be a
// secret.
func describe(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case int64, *big.Int, float64:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "a list"
	}
	return "a structure"
}

// scalar reads a value from a text in XML or in a header.
func (p *parser) scalar(m *model.Member, text string) (any, error) {
	switch m.Shape.Kind {
	case model.Integer, model.Long:
		v, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if errors.Is(err, strconv.ErrRange) {
			return document.ParseJSON([]byte(strings.TrimLeft(strings.TrimSpace(text), "+")))
		}
		if err != nil {
			return nil, fmt.Errorf("not an integer")
		}
		return v, nil
	case model.Float, model.Double:
		v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			return nil, fmt.Errorf("not a number")
		}
		return v, nil
	case model.Boolean:
		return strings.EqualFold(text, "true"), nil
	case model.Timestamp:
		return p.time(text)
	}
	return text, nil
}

// The formats of times in requests.
const (
	isoTime  = "iso8601"
	httpTime = "rfc822"
	unixTime = "unixTimestamp"

	milliseconds = "-milliseconds" // at the end of the other formats
)

// timeFormat returns the format of the member's times. If the member has no format, place is the
// format.
func timeFormat(m *model.Member, place string) string {
	if m.TimeFormat != "" {
		return m.TimeFormat
	}
	return place
}

// inputTime converts a time from the command line: RFC 3339, a date, or a number of seconds.
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
	case isoTime + milliseconds:
		return t.Format("2006-01-02T15:04:05.000Z")
	case unixTime + milliseconds:
		text := strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0" // as Python writes it
		}
		return text
	case unixTime:
		return strconv.FormatInt(t.Unix(), 10)
	}
	if t.Nanosecond()/1000 == 0 {
		return t.Format("2006-01-02T15:04:05Z")
	}
	return t.Format("2006-01-02T15:04:05.000000Z")
}

// time converts a time in text form to the format of the output.
func (p *parser) time(text string) (any, error) {
	if p.timeFormat == "wire" {
		return text, nil
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		return p.number(seconds, text), nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.RFC1123, time.RFC1123Z, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02T15:04:05.999999999", "2006-01-02"} {
		t, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		if !strings.ContainsAny(layout, "ZM") {
			return strings.TrimSuffix(isoText(t), "+00:00"), nil // Python shows this time without a zone
		}
		return isoText(t), nil
	}
	return nil, errors.New("not a time")
}

// number converts a time in seconds to the format of the output. raw is the value in the reply.
func (p *parser) number(seconds float64, raw any) any {
	if p.timeFormat == "wire" || math.IsNaN(seconds) || math.Abs(seconds) > 253402300799 { // the end of the year 9999
		return raw
	}
	zone := p.zone
	if zone == nil {
		zone = time.UTC
	}
	return isoText(unix(seconds).In(zone))
}

func unix(seconds float64) time.Time {
	whole, fraction := math.Modf(seconds)
	return time.Unix(int64(whole), int64(math.RoundToEven(fraction*1e6))*1000)
}

// isoText returns a time like Python's isoformat. Microseconds appear only if they are not zero.
func isoText(t time.Time) string {
	if t.Nanosecond()/1000 == 0 {
		return t.Format("2006-01-02T15:04:05-07:00")
	}
	return t.Format("2006-01-02T15:04:05.000000-07:00")
}
