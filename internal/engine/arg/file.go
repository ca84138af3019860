// Values from files: file:// and fileb://.

package arg

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// A rawFile is the content of a fileb:// file. It need not be text.
type rawFile []byte

const (
	textPrefix   = "file://"
	binaryPrefix = "fileb://"
)

// load reads the file that the word names. It returns nil if the word names no file.
func (p *parser) load(o *option, text string) (any, error) {
	v, err := p.readParam(text)
	if err != nil {
		return nil, badParameter(o.name, err.Error())
	}
	return v, nil
}

// readParam returns the content of the file that text names, as a string or raw. It returns
// nil if text names no file.
func (p *parser) readParam(text string) (any, error) {
	name, isText := strings.CutPrefix(text, textPrefix)
	if !isText {
		var isBinary bool
		if name, isBinary = strings.CutPrefix(text, binaryPrefix); !isBinary {
			return nil, nil
		}
	}
	if p.o.LookupEnv != nil { // the AWS CLI expands ~ first, so it does not expand a ~ that comes from a variable
		name = userpath.ExpandVars(userpath.ExpandUser(name, p.o.LookupEnv), p.o.LookupEnv)
	}
	b, err := p.readFile(name)
	switch {
	case err != nil:
		return nil, &ValueError{"Unable to load paramfile " + text + ": " + osError(err, name)}
	case !isText:
		return rawFile(b), nil
	case !utf8.Valid(b):
		return nil, &ValueError{"Unable to load paramfile (" + name + "), text contents could not be decoded.  If this is a " +
			"binary file, please use the fileb:// prefix instead of the file:// prefix."}
	}
	// Python converts the line ends of text files.
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(b)), nil
}

// readFile reads a file only once, because a pipe cannot be read twice.
func (p *parser) readFile(name string) ([]byte, error) {
	if b, ok := p.files[name]; ok {
		return b, nil
	}
	if p.o.ReadFile == nil {
		return nil, errors.New("files cannot be read here")
	}
	b, err := p.o.ReadFile(name)
	if err == nil {
		p.files[name] = b
	}
	return b, err
}

// FileError returns the AWS CLI's error for a file that cannot be opened.
func FileError(err error, name string) error { return &ValueError{osError(err, name)} }

// osError returns the text of an error in Python.
func osError(err error, name string) string {
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno):
	case errors.Is(err, fs.ErrNotExist):
		errno = syscall.ENOENT
	case errors.Is(err, fs.ErrPermission):
		errno = syscall.EACCES
	default:
		return err.Error()
	}
	text := errno.Error()
	first, size := utf8.DecodeRuneInString(text)
	return "[Errno " + strconv.Itoa(int(errno)) + "] " + string(unicode.ToUpper(first)) + text[size:] + ": " + repr(name)
}
