package awsconfig

import "strings"

// bom is the byte order mark that some editors put before a file. Its three bytes
// belong to no line.
const bom = "\ufeff"

// A File is a config or credentials file as its lines. The zero value is an empty
// file.
type File struct {
	bom   bool
	lines []line
}

// Parse splits b into lines. It accepts any input: Parse(b).Bytes() equals b.
// What is wrong with it is said by [File.Sections].
func Parse(b []byte) *File {
	f := new(File)
	data, found := strings.CutPrefix(string(b), bom)
	f.bom = found
	f.lines = make([]line, 0, countLines(data)+1)
	s := scanner{data: data}
	for {
		l, ok := s.next()
		if !ok {
			return f
		}
		f.lines = append(f.lines, l)
	}
}

// Bytes returns the file.
func (f *File) Bytes() []byte {
	n := len(bom)
	for _, l := range f.lines {
		n += len(l.raw)
	}
	b := make([]byte, 0, n)
	if f.bom {
		b = append(b, bom...)
	}
	for _, l := range f.lines {
		b = append(b, l.raw...)
	}
	return b
}

// Sections returns the sections of a config file in the order of their first
// headers. The path is where the file was read, for messages. The sections that
// the AWS CLI drops and [DEFAULT] are not among them. An error is a *[ParseError];
// the problems are those found up to there.
func (f *File) Sections(path string) ([]*Section, []Problem, error) {
	c := collector{path: path}
	if f.bom {
		c.foundBOM()
	}
	for i, l := range f.lines {
		if err := c.add(i+1, l); err != nil {
			return nil, c.problems, err
		}
	}
	if err := c.close(); err != nil {
		return nil, c.problems, err
	}
	return c.sections(), c.problems, nil
}

func (c *collector) foundBOM() {
	c.problems = append(c.problems, Problem{
		Path: c.path, Line: 1,
		Text: "the file begins with a UTF-8 byte order mark; read past it here, but the AWS CLI cannot read this file",
		Mend: "save the file as UTF-8 without a byte order mark",
	})
}
