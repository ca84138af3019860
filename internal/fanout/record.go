package fanout

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/owner"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// The record of the last run is a file with lines of JSON. The first line names all targets. Each
// further line is the result of a run, in the order in which the runs ended. A target without a
// result has not ended. The file has no words of the command and no reasons of failures, because they
// may hold secrets.

// RecordPath returns the path of the record: in the folder lanyard of XDG_STATE_HOME, or of
// ~/.local/state, or of LocalAppData on Windows. It returns "" if none of these folders is known.
func RecordPath(lookup func(string) (string, bool)) string {
	dir, ok := userpath.State(lookup)
	if !ok {
		return ""
	}
	return filepath.Join(dir, "lanyard", "run.jsonl")
}

// maxRecord is the largest record in bytes. 100,000 runs need about 40 MB.
const maxRecord = 256 << 20

type recordHead struct {
	Begun   time.Time `json:"begun"`
	Targets []Target  `json:"targets"`
}

type recordLine struct {
	Target int    `json:"target"` // the index in Targets
	Status Status `json:"status"`
	Code   int    `json:"exit_code"`
}

// A Recorder writes the record of a run. It is safe for concurrent use.
type Recorder struct {
	mu sync.Mutex
	f  *os.File
}

// Record replaces the record at path by one that has only targets.
func Record(path string, now time.Time, targets []Target) (*Recorder, error) {
	head, err := json.Marshal(recordHead{now.UTC(), targets})
	if err != nil {
		return nil, err
	}
	if err := owner.MakeFolder(filepath.Dir(path)); err != nil {
		return nil, err
	}
	if err := checkNoLink(path); err != nil {
		return nil, err
	}
	if err := atomicfile.Write(path, append(head, '\n'), 0o600); err != nil {
		return nil, err
	}
	f, err := datafile.OpenAppend(path)
	if err != nil {
		return nil, err
	}
	return &Recorder{f: f}, nil
}

// Add adds a result.
func (r *Recorder) Add(result Result) error {
	line, err := json.Marshal(recordLine{result.Index, result.Status, result.Code})
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err = r.f.Write(append(line, '\n'))
	return err
}

// Close ends the record.
func (r *Recorder) Close() error { return r.f.Close() }

// checkNoLink returns an error if the record is a link. The link could lead to any file of the user,
// and the folder can belong to others, because XDG_STATE_HOME can name it.
func checkNoLink(path string) error {
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return errors.New(path + " is a link: remove it")
	}
	return nil
}

// ErrNoRecord means that there is no record of a run.
var ErrNoRecord = errors.New("there is no record of a run")

// Unfinished returns the targets of a record whose runs did not succeed, in their order, and when
// the run began. It returns [ErrNoRecord] if the file does not exist.
func Unfinished(path string) (targets []Target, begun time.Time, err error) {
	if err := checkNoLink(path); err != nil {
		return nil, time.Time{}, err
	}
	data, err := datafile.Read(path, maxRecord)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, time.Time{}, ErrNoRecord
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	var head recordHead
	first, rest, _ := bytes.Cut(data, []byte("\n"))
	if err := json.Unmarshal(first, &head); err != nil {
		return nil, time.Time{}, errors.New(path + ": the record of the last run cannot be read: " + err.Error())
	}
	done := make([]bool, len(head.Targets))
	lines := bufio.NewScanner(bytes.NewReader(rest))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l recordLine
		if json.Unmarshal(lines.Bytes(), &l) != nil || l.Target < 0 || l.Target >= len(done) {
			continue // a run that was cut off counts as failed
		}
		done[l.Target] = l.Status == Succeeded
	}
	for i, t := range head.Targets {
		if !done[i] {
			targets = append(targets, t)
		}
	}
	return targets, head.Begun, nil
}
