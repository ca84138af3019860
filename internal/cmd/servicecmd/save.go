// Files for the output: the body of a reply, and single values such as a private key.

package servicecmd

import (
	"encoding/base64"
	"io"
	"os"
	"path/filepath"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/arg"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// outfile opens the file in the argument for the output, as the AWS CLI does.
func (o *operation) outfile() (io.WriteCloser, error) {
	file, err := os.OpenFile(o.in.Outfile, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return nil, arg.FileError(err, o.in.Outfile)
	}
	return file, nil
}

// checkSaves returns an error if a file for a value cannot be written. The call has an effect, so the
// check comes before the call.
func (o *operation) checkSaves() error {
	for _, s := range o.in.Saves {
		info, err := os.Stat(filepath.Dir(s.File))
		if err != nil || !info.IsDir() || info.Mode().Perm()&0o222 == 0 {
			return command.Usagef("Unable to write to file: %s", s.File)
		}
	}
	return nil
}

// save writes values of the output to files, and removes values from the output.
func (o *operation) save(out *document.Object) error {
	for _, s := range o.in.Saves {
		v, given := valueAt(out, s.Path)
		if !given && s.Blob {
			continue
		}
		text, _ := v.(string)
		content := []byte(text)
		if s.Blob {
			var err error
			if content, err = base64.StdEncoding.DecodeString(text); err != nil {
				return command.Usagef("%s: the service sent no base64", s.File)
			}
		}
		if err := writePrivate(s.File, content); err != nil {
			return arg.FileError(err, s.File)
		}
		for _, path := range s.Remove {
			last := len(path) - 1
			if v, _ := valueAt(out, path[:last]); v != nil {
				if from, ok := v.(*document.Object); ok {
					from.Delete(path[last])
				}
			}
		}
	}
	return nil
}

// writePrivate writes a file that only the user can read.
func writePrivate(name string, content []byte) error {
	const mode = 0o600
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	if err := file.Chmod(mode); err != nil { // an old file can have another mode
		_ = file.Close()
		return err
	}
	_, err = file.Write(content)
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return err
}

// valueAt returns the value of a member at any depth.
func valueAt(o *document.Object, path []string) (v any, given bool) {
	v, given = o, true
	for _, name := range path {
		inner, ok := v.(*document.Object)
		if !ok {
			return nil, false
		}
		if v, given = inner.Get(name); !given {
			return nil, false
		}
	}
	return v, given
}
