// Values in rules, and the functions that they call.

package rules

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// errSyntax reports a line that the generator has not written.
var errSyntax = errors.New("not a rule")

// word cuts a name at the beginning of a text.
func word(s string) (name, rest string) {
	i := 0
	for i < len(s) && (isLabelCharacter(s[i]) || s[i] == '.' || s[i] == '_') {
		i++
	}
	return s[:i], s[i:]
}

// expression evaluates the expression at the beginning of a text: a call, a variable, a text in quotes, a
// boolean or a number. rest is the text behind it.
func (e *evaluation) expression(s string) (v any, rest string, err error) {
	if strings.HasPrefix(s, `"`) {
		quoted, err := strconv.QuotedPrefix(s)
		if err != nil {
			return nil, "", errSyntax
		}
		text, err := strconv.Unquote(quoted)
		return e.template(text), s[len(quoted):], err
	}
	name, rest := word(s)
	if strings.HasPrefix(rest, "(") {
		return e.call(name, rest[1:])
	}
	switch name {
	case "":
		return nil, "", errSyntax
	case "true", "false":
		return name == "true", rest, nil
	}
	if n, err := strconv.Atoi(name); err == nil {
		return n, rest, nil
	}
	return e.scope[name], rest, nil
}

// template replaces the placeholders of a text: {Region}, or {PartitionResult#dnsSuffix}.
func (e *evaluation) template(s string) string {
	if !strings.Contains(s, "{") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, _ := strings.Cut(rest, "}")
		name, attribute, isPart := strings.Cut(name, "#")
		v := e.scope[name]
		if isPart {
			v = attributeOf(v, attribute)
		}
		fmt.Fprint(&b, v) // a string, a number or a boolean
		s = after
	}
}

// call evaluates a call of a function. s has the arguments and the closing parenthesis.
func (e *evaluation) call(fn, s string) (v any, rest string, err error) {
	var args [4]any
	for i := 0; ; i++ {
		if i == len(args) {
			return nil, "", errSyntax
		}
		if args[i], s, err = e.expression(s); err != nil {
			return nil, "", err
		}
		if s == "" {
			return nil, "", errSyntax
		}
		end := s[0]
		if s = s[1:]; end == ')' {
			break
		}
	}
	v, err = e.result(fn, args)
	return v, s, err
}

// result returns the result of a function.
func (e *evaluation) result(fn string, args [4]any) (any, error) {
	first, isText := args[0].(string)
	switch fn {
	case "isSet":
		return args[0] != nil, nil
	case "not":
		return args[0] == nil || args[0] == false, nil
	case "booleanEquals", "stringEquals":
		return args[0] == args[1], nil
	case "getAttr":
		return attributeOf(args[0], fmt.Sprint(args[1])), nil
	case "substring":
		start, _ := args[1].(int)
		end, _ := args[2].(int)
		return substring(first, start, end, args[3] == true), nil
	case "uriEncode":
		if !isText {
			return nil, nil
		}
		return uriEncode(first), nil
	case "parseURL":
		return parseURL(first), nil
	case "isValidHostLabel":
		return isText && hostLabel(first, args[1] == true), nil
	case "aws.partition":
		return e.partition(first), nil
	case "aws.parseArn":
		return parseARN(first), nil
	case "aws.isVirtualHostableS3Bucket":
		return isText && virtualHost(first, args[1] == true), nil
	default:
		return nil, fmt.Errorf("endpoint rules call %s", fn)
	}
}

// attributeOf returns a part of a value: "region", "resourceId[0]" or "[0]". It returns nil if there is
// no such part.
func attributeOf(v any, name string) any {
	name, index, indexed := strings.Cut(name, "[")
	if name != "" {
		o, _ := v.(*document.Object)
		v, _ = o.Get(name)
	}
	if !indexed {
		return v
	}
	list, _ := v.([]any)
	i, err := strconv.Atoi(strings.TrimSuffix(index, "]"))
	if err != nil || i < 0 || i >= len(list) {
		return nil
	}
	return list[i]
}

// substring returns a part of an ASCII text, or nil if the text is too short. If reverse is set,
// start and end count from the end of the text.
func substring(s string, start, end int, reverse bool) any {
	if start >= end || len(s) < end {
		return nil
	}
	for i := range len(s) {
		if s[i] >= 0x80 {
			return nil
		}
	}
	if reverse {
		start, end = len(s)-end, len(s)-start
	}
	return s[start:end]
}

func uriEncode(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isLabelCharacter(c) || c == '.' || c == '_' || c == '~' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// parseURL returns the parts of a URL, or nil if the rules do not accept the URL.
func parseURL(s string) any {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" {
		return nil
	}
	normal := "/"
	if u.EscapedPath() != "" {
		normal = path.Clean(u.EscapedPath())
	}
	if !strings.HasSuffix(normal, "/") {
		normal += "/"
	}
	_, err = netip.ParseAddr(u.Hostname())
	o := new(document.Object)
	o.Set("scheme", u.Scheme)
	o.Set("authority", u.Host)
	o.Set("path", u.EscapedPath())
	o.Set("normalizedPath", normal)
	o.Set("isIp", err == nil)
	return o
}

// parseARN returns the parts of an ARN, or nil if the text is not an ARN.
func parseARN(s string) any {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[1] == "" || parts[2] == "" || parts[5] == "" {
		return nil
	}
	var resource []any
	for part := range strings.SplitSeq(strings.ReplaceAll(parts[5], ":", "/"), "/") {
		resource = append(resource, part)
	}
	o := new(document.Object)
	o.Set("partition", parts[1])
	o.Set("service", parts[2])
	o.Set("region", parts[3])
	o.Set("accountId", parts[4])
	o.Set("resourceId", resource)
	return o
}

// hostLabel reports whether a text can be a label of a host name, or labels with dots if dots is set.
func hostLabel(s string, dots bool) bool {
	if dots {
		for part := range strings.SplitSeq(s, ".") {
			if !hostLabel(part, false) {
				return false
			}
		}
		return true
	}
	for i := range len(s) {
		if !isLabelCharacter(s[i]) {
			return false
		}
	}
	return s != "" && len(s) <= 63 && s[0] != '-' && s[len(s)-1] != '-'
}

func isLabelCharacter(c byte) bool {
	return c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// virtualHost reports whether a bucket name can be in a host name.
func virtualHost(bucket string, dots bool) bool {
	if len(bucket) < 3 || strings.ToLower(bucket) != bucket {
		return false
	}
	return hostLabel(bucket, dots) && !looksLikeIPv4(bucket)
}

// looksLikeIPv4 reports whether a text has four numbers of at most three digits.
func looksLikeIPv4(s string) bool {
	parts := strings.Split(s, ".")
	for _, part := range parts {
		if part == "" || len(part) > 3 || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return len(parts) == 4
}
