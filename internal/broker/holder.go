package broker

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// A Holder is the process that signs in, as it described itself in a file beside its
// lock. Anybody who can write there can say anything: it is for people to read. The
// zero Holder is one that is not known.
type Holder struct {
	PID     int
	Host    string // "" for this one
	Command string // its words, without arguments
}

func (h Holder) String() string {
	if h.PID == 0 {
		return "another process"
	}
	text := "process " + strconv.Itoa(h.PID)
	if h.Host != "" {
		text += " on " + h.Host
	}
	if h.Command != "" {
		text += " (" + h.Command + ")"
	}
	return text
}

// holderMagic begins the file, which may not be JSON: see outcomeMagic.
const holderMagic = "lanyard-holder"

// maxHolder is far more than such a file is long.
const maxHolder = 1 << 10

func (b *Broker) holderFile(s profile.Session) string { return b.sessionFile(s, ".login.holder") }

// enterHolder says who holds the lock, and leave takes that back. The file of a
// process that was killed stays until the next one's replaces it.
func (b *Broker) enterHolder(s profile.Session, command string) (leave func()) {
	host, _ := os.Hostname() // then it has none
	line := fmt.Sprintf("%s %d %q %q\n", holderMagic, os.Getpid(), host, command)
	path := b.holderFile(s)
	if err := b.writeCompanion(path, line); err != nil {
		b.debug("those who wait are not told who is signing in", "file", path, "error", err)
		return func() {}
	}
	return func() { _ = os.Remove(path) }
}

// signInHolder is the process that signs in to the session at the moment.
func (b *Broker) signInHolder(s profile.Session) Holder {
	path := b.holderFile(s)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() || info.Size() > maxHolder {
		return Holder{}
	}
	data, err := datafile.Read(path, datafile.Limit)
	if err != nil {
		return Holder{}
	}
	var magic string
	var h Holder
	if n, err := fmt.Sscanf(string(data), "%s %d %q %q\n", &magic, &h.PID, &h.Host, &h.Command); n != 4 || err != nil || magic != holderMagic || h.PID <= 0 {
		return Holder{}
	}
	if host, _ := os.Hostname(); h.Host == host {
		h.Host = ""
	}
	if strings.ContainsFunc(h.Host+h.Command, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return Holder{} // no such thing was written by us
	}
	return h
}
