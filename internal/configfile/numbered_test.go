package configfile_test

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// numbered returns the content after n edits. The size varies, and number checks the whole
// content.
func numbered(n int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "[profile p%d]\n", n)
	for i := range n * 7919 % 400 {
		fmt.Fprintf(&b, "key_%d = %d\n", i, n)
	}
	return b.Bytes()
}

// number returns n for the content numbered(n), or an error for any other content.
func number(content []byte) (int, error) {
	name, _, _ := strings.Cut(strings.TrimPrefix(string(content), "[profile p"), "]")
	n, err := strconv.Atoi(name)
	if err != nil || !bytes.Equal(content, numbered(n)) {
		return 0, fmt.Errorf("neither the old content nor the new: %d bytes, %.40q", len(content), content)
	}
	return n, nil
}

func countUp(old []byte) ([]byte, error) {
	n, err := number(old)
	if err != nil {
		return nil, err
	}
	return numbered(n + 1), nil
}
