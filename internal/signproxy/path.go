package signproxy

import (
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// escapedSlash matches a slash that some servers decode before they find the operation, and others
// afterwards. So a request with it can be the operations of both paths.
var escapedSlash = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`%2[Ff]`) })

// matchPath reports whether a path matches a pattern such as "/{Bucket}/{Key+}". A path segment
// matches a literal if it is the literal after decoding. shape describes the pattern: the greater
// text is the more specific pattern.
func matchPath(pattern, path string) (shape string, ok bool) {
	want := strings.Split(strings.Trim(pattern, "/"), "/")
	have := strings.Split(strings.TrimPrefix(path, "/"), "/")
	if n := len(have) - 1; n > 0 && have[n] == "" && !strings.HasSuffix(pattern, "+}") {
		have = have[:n] // a slash at the end has no meaning
	}
	return matchSegments(want, have)
}

func matchSegments(want, have []string) (shape string, ok bool) {
	for i, w := range want {
		if i >= len(have) {
			return "", false
		}
		switch {
		case strings.HasPrefix(w, "{") && strings.HasSuffix(w, "+}"):
			rest := want[i+1:]
			for end := len(have) - len(rest); end > i; end-- { // the longest first
				tail, ok := matchSegments(rest, have[end:])
				if ok && strings.Join(have[i:end], "/") != "" {
					return shape + "0" + tail, true
				}
			}
			return "", false
		case strings.HasPrefix(w, "{") && strings.IndexByte(w, '}') == len(w)-1:
			if have[i] == "" {
				return "", false
			}
			shape += "1"
		case strings.Contains(w, "{"):
			if !labelPattern(w).MatchString(have[i]) {
				return "", false
			}
			shape += "1"
		default:
			plain, err := url.PathUnescape(have[i])
			if err != nil || plain != w {
				return "", false
			}
			shape += "2"
		}
	}
	return shape, len(want) == len(have)
}

// labelPattern returns the expression for a segment such as "{name}" or "v{version}.json".
func labelPattern(segment string) *regexp.Regexp {
	var b strings.Builder
	b.WriteByte('^')
	for segment != "" {
		literal, rest, label := strings.Cut(segment, "{")
		b.WriteString(regexp.QuoteMeta(literal))
		if !label {
			break
		}
		b.WriteString(".+")
		_, segment, _ = strings.Cut(rest, "}")
	}
	b.WriteByte('$')
	return regexp.MustCompile(b.String()) // valid, because all literals are quoted
}

// dots reports whether a path has a segment "." or "..", also in escapes. Servers differ in what they
// make of these segments.
func dots(path string) bool {
	for part := range strings.SplitSeq(strings.ReplaceAll(path, `\`, "/"), "/") {
		plain, err := url.PathUnescape(part)
		if err != nil {
			return true
		}
		for inner := range strings.FieldsFuncSeq(plain, func(c rune) bool { return c == '/' || c == '\\' }) {
			if inner == "." || inner == ".." {
				return true
			}
		}
	}
	return false
}
