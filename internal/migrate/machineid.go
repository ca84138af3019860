package migrate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
)

// machineID returns the id of this computer as node-machine-id 1.1.12 does: the SHA-256 of the id of
// the system, in lower case and without white space. Source:
// https://github.com/automation-stack/node-machine-id, index.js.
func machineID() (string, error) {
	id, err := systemID()
	if err != nil {
		return "", err
	}
	id = strings.ToLower(strings.Join(strings.Fields(id), ""))
	if id == "" {
		return "", errors.New("the system has no id")
	}
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:]), nil
}
