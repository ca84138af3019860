package migrate

import (
	"strconv"
	"strings"
)

// A tomlValue is a string of a TOML file with its full key: the tables and the key itself.
type tomlValue struct {
	key  []string
	text string
	line int
}

// parseTOML returns the strings of a TOML file in their order. It skips the values of other types.
// It knows the part of TOML 1.0 that granted writes: tables, arrays of tables, dotted and quoted
// keys, and values that can be several lines long. The strings of inline tables are not returned.
// An error is an *[Error].
func parseTOML(path, content string) ([]tomlValue, error) {
	p := &tomlParser{path: path, text: strings.TrimPrefix(content, "\ufeff"), line: 1}
	for p.skip(); p.text != ""; p.skip() {
		if err := p.statement(); err != "" {
			return nil, &Error{Msg: at(path, p.line) + ": " + err, Hint: "correct the line: granted reads this file as TOML"}
		}
	}
	return p.values, nil
}

// A tomlParser holds the rest of a text.
type tomlParser struct {
	path, text string
	line       int
	table      []string
	values     []tomlValue
}

// take removes the first n bytes of the text and returns them.
func (p *tomlParser) take(n int) string {
	head := p.text[:n]
	p.text = p.text[n:]
	p.line += strings.Count(head, "\n")
	return head
}

// skip skips white space, line breaks and comments.
func (p *tomlParser) skip() {
	for {
		p.take(len(p.text) - len(strings.TrimLeft(p.text, " \t\r\n")))
		if !strings.HasPrefix(p.text, "#") {
			return
		}
		p.take(p.lineLength())
	}
}

// blanks skips blanks and tabs.
func (p *tomlParser) blanks() { p.take(len(p.text) - len(strings.TrimLeft(p.text, " \t"))) }

func (p *tomlParser) lineLength() int {
	if i := strings.IndexByte(p.text, '\n'); i >= 0 {
		return i
	}
	return len(p.text)
}

// statement reads a header or a setting, up to the end of its line.
func (p *tomlParser) statement() (problem string) {
	line := p.line
	if strings.HasPrefix(p.text, "[") {
		brackets := 1
		if strings.HasPrefix(p.text, "[[") {
			brackets = 2
		}
		p.take(brackets)
		key, problem := p.keys()
		if problem != "" {
			return problem
		}
		if !strings.HasPrefix(p.text, strings.Repeat("]", brackets)) {
			return "the header of a table has no ]"
		}
		p.take(brackets)
		p.table = key
		return p.endOfLine()
	}
	key, problem := p.keys()
	if problem != "" {
		return problem
	}
	if !strings.HasPrefix(p.text, "=") {
		return "a setting needs a ="
	}
	p.take(1)
	p.blanks()
	text, isString, problem := p.value(0)
	if problem != "" {
		return problem
	}
	if isString {
		p.values = append(p.values, tomlValue{append(append([]string{}, p.table...), key...), text, line})
	}
	return p.endOfLine()
}

func (p *tomlParser) endOfLine() string {
	p.blanks()
	if rest := p.text[:p.lineLength()]; strings.TrimSpace(rest) != "" && rest[0] != '#' {
		return "unexpected text: " + strconv.Quote(strings.TrimSpace(rest))
	}
	return ""
}

// keys reads a dotted key.
func (p *tomlParser) keys() (list []string, problem string) {
	for {
		p.blanks()
		var key string
		if strings.HasPrefix(p.text, `"`) || strings.HasPrefix(p.text, "'") {
			if key, problem = p.quoted(); problem != "" {
				return nil, problem
			}
		} else if key = p.take(len(p.text) - len(strings.TrimLeftFunc(p.text, isBareKey))); key == "" {
			return nil, "a key is missing"
		}
		list = append(list, key)
		p.blanks()
		if !strings.HasPrefix(p.text, ".") {
			return list, ""
		}
		p.take(1)
	}
}

func isBareKey(r rune) bool {
	return r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// maxDepth is the largest depth of arrays and inline tables.
const maxDepth = 50

// value reads a value.
func (p *tomlParser) value(depth int) (text string, isString bool, problem string) {
	switch {
	case depth > maxDepth:
		return "", false, "too many nested arrays"
	case strings.HasPrefix(p.text, `"`), strings.HasPrefix(p.text, "'"):
		text, problem = p.quoted()
		return text, true, problem
	case strings.HasPrefix(p.text, "["), strings.HasPrefix(p.text, "{"):
		return "", false, p.collection(depth)
	}
	n := strings.IndexAny(p.text, ",]}#\r\n")
	if n < 0 {
		n = len(p.text)
	}
	if strings.TrimSpace(p.take(n)) == "" {
		return "", false, "the value is missing"
	}
	return "", false, ""
}

// collection skips an array or an inline table.
func (p *tomlParser) collection(depth int) (problem string) {
	end := "]"
	if p.take(1) == "{" {
		end = "}"
	}
	for p.skip(); !strings.HasPrefix(p.text, end); p.skip() {
		if p.text == "" {
			return "the closing " + end + " is missing"
		}
		if end == "}" {
			if _, problem = p.keys(); problem != "" {
				return problem
			}
			if !strings.HasPrefix(p.text, "=") {
				return "a setting needs a ="
			}
			p.take(1)
			p.blanks()
		}
		if _, _, problem = p.value(depth + 1); problem != "" {
			return problem
		}
		if p.skip(); strings.HasPrefix(p.text, ",") {
			p.take(1)
		} else if !strings.HasPrefix(p.text, end) {
			return "a comma or " + end + " is missing"
		}
	}
	p.take(1)
	return ""
}

// quoted reads a string in quotes of one of the four kinds.
func (p *tomlParser) quoted() (text, problem string) {
	quote, multi := p.text[:1], false
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(p.text, triple) {
		quote, multi = triple, true
	}
	p.take(len(quote))
	if multi {
		p.text = strings.TrimPrefix(p.text, "\r")
		if strings.HasPrefix(p.text, "\n") {
			p.take(1)
		}
	}
	var b strings.Builder
	for !strings.HasPrefix(p.text, quote) {
		switch {
		case p.text == "", !multi && p.text[0] == '\n':
			return "", "the closing quote is missing"
		case p.text[0] != '\\' || quote[0] == '\'':
			b.WriteString(p.take(1))
			continue
		}
		if problem := p.escape(&b, multi); problem != "" {
			return "", problem
		}
	}
	p.take(len(quote))
	return b.String(), ""
}

// escape reads an escape sequence of a basic string.
func (p *tomlParser) escape(b *strings.Builder, multi bool) (problem string) {
	if len(p.text) < 2 {
		return "the closing quote is missing"
	}
	if rest := strings.TrimLeft(p.text[1:], " \t\r"); multi && strings.HasPrefix(rest, "\n") {
		p.take(len(p.text) - len(strings.TrimLeft(rest, " \t\r\n"))) // a line break that continues the line
		return ""
	}
	digits := map[byte]int{'u': 4, 'U': 8}[p.text[1]]
	if digits > 0 {
		if len(p.text) < 2+digits {
			return "an escape sequence is too short"
		}
		n, err := strconv.ParseUint(p.text[2:2+digits], 16, 32)
		if err != nil || n > 0x10ffff {
			return "invalid escape sequence"
		}
		b.WriteRune(rune(n))
		p.take(2 + digits)
		return ""
	}
	r, ok := map[byte]string{'b': "\b", 't': "\t", 'n': "\n", 'f': "\f", 'r': "\r", '"': `"`, '\\': `\`}[p.text[1]]
	if !ok {
		return "invalid escape sequence"
	}
	b.WriteString(r)
	p.take(2)
	return ""
}
