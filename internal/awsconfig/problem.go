package awsconfig

import "strconv"

// A Problem is a mistake that this package reads past and the AWS CLI does not:
// it rejects the whole file.
type Problem struct {
	Path string
	Line int    // from 1
	Text string // what is wrong
	Mend string // what to do about it
}

// String returns the place and what is wrong, on one line.
func (p Problem) String() string { return place(p.Path, p.Line) + p.Text }

// A ParseError says why a file cannot be read. Its text begins like the AWS CLI's
// message for any unreadable file.
type ParseError struct {
	Path string
	Line int // from 1
	Text string
}

func (e *ParseError) Error() string {
	return "Unable to parse config file: " + place(e.Path, e.Line) + e.Text
}

func place(path string, line int) string {
	return path + ": line " + strconv.Itoa(line) + ": "
}
