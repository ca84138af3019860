package migrate

// The file of Leapp, as its sources at 663d619 (September 2025, after 0.26.1) write it:
// https://github.com/Noovolari/leapp, packages/core/src/models/workspace.ts and the models of its
// sessions, services/repository.ts, services/file-service.ts, and
// services/integration/aws-sso-integration-service.ts.
//
// The file holds no credentials: Leapp keeps them in the keychain.

import (
	"bytes"
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/profile"
)

// A leappWorkspace is the content of Leapp's file.
type leappWorkspace struct {
	Sessions     []leappSession     `json:"_sessions"`
	Integrations []leappIntegration `json:"_awsSsoIntegrations"`

	// Profiles has the profiles that Leapp writes while a session is active.
	Profiles []struct {
		Name string `json:"name"`
	} `json:"_profiles"`
}

type leappIntegration struct {
	ID     string `json:"id"`
	Alias  string `json:"alias"`
	Portal string `json:"portalUrl"`
	Region string `json:"region"`
}

type leappSession struct {
	ID          string `json:"sessionId"`
	Name        string `json:"sessionName"`
	Type        string `json:"type"`
	Region      string `json:"region"`
	RoleARN     string `json:"roleArn"`
	Integration string `json:"awsSsoConfigurationId"`
	Parent      string `json:"parentSessionId"`
	RoleSession string `json:"roleSessionName"`
}

// readLeapp reads Leapp's workspace.
func readLeapp(s *Source, in Input) error {
	path, content, err := s.settingsFile(in, "", filepath.Join(in.Home, ".Leapp", "Leapp-lock.json"))
	if err != nil {
		return err
	}
	if content == nil {
		return &Error{Msg: path + ": the file of leapp does not exist", Hint: "name the file: --file FILE"}
	}
	id := in.MachineID
	if id == nil {
		id = machineID
	}
	w, err := parseLeapp(path, content, id)
	if err != nil {
		return err
	}
	portals := map[string]*Portal{}
	for _, i := range w.Integrations {
		p := &Portal{Name: i.Alias, StartURL: i.Portal, Region: i.Region, Place: fmt.Sprintf("%s: integration %s", path, i.Alias), Declared: true}
		portals[i.ID] = p
		s.Portals = append(s.Portals, p)
	}
	names := map[string]string{}
	for _, session := range w.Sessions {
		names[session.ID] = session.Name
	}
	for _, p := range w.Profiles {
		s.reserved = append(s.reserved, p.Name)
	}
	for _, session := range w.Sessions {
		s.Entries = append(s.Entries, session.entry(path, portals, names))
	}
	return nil
}

// parseLeapp parses Leapp's workspace. A file that is not encrypted is JSON. An error is an
// *[Error].
func parseLeapp(path string, content []byte, machineID func() (string, error)) (*leappWorkspace, error) {
	content = bytes.TrimSpace(content)
	if len(content) == 0 || content[0] != '{' {
		id, err := machineID()
		if err != nil {
			return nil, &Error{Msg: path + ": the file is encrypted with the id of this computer, which cannot be read: " + err.Error(), err: err}
		}
		if content, err = decryptLeapp(content, id); err != nil {
			return nil, &Error{
				Msg:  path + ": the file cannot be decrypted with the id of this computer: " + err.Error(),
				Hint: "run the command on the computer on which Leapp wrote the file",
			}
		}
	}
	w := &leappWorkspace{}
	if err := json.Unmarshal(content, w); err != nil {
		offset, why := int64(0), err.Error()
		var syntax *json.SyntaxError
		var other *json.UnmarshalTypeError
		switch {
		case errors.As(err, &syntax):
			offset = syntax.Offset
		case errors.As(err, &other):
			offset, why = other.Offset, cmp.Or(other.Field, "the file")+" has another type"
		}
		line := 1 + bytes.Count(content[:min(int(offset), len(content))], []byte("\n"))
		return nil, &Error{Msg: at(path, line) + ": not a workspace of Leapp: " + why, Hint: "start Leapp, which repairs the file", err: err}
	}
	return w, nil
}

// decryptLeapp decrypts a text that crypto-js encrypted with AES and a passphrase: base64 of
// "Salted__", eight bytes of salt, and the text in AES-256-CBC. The key comes from OpenSSL's
// EVP_BytesToKey with MD5 and one round.
func decryptLeapp(content []byte, passphrase string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(string(content))
	if err != nil {
		return nil, errors.New("it is not base64")
	}
	const header = "Salted__"
	if !bytes.HasPrefix(data, []byte(header)) || len(data) < len(header)+8+aes.BlockSize || len(data)%aes.BlockSize != 0 {
		return nil, errors.New("it is not an encrypted text of crypto-js")
	}
	salt, text := data[len(header):len(header)+8], data[len(header)+8:]
	var key, last []byte
	for len(key) < 32+aes.BlockSize {
		sum := md5.Sum(append(append(last, passphrase...), salt...))
		last = sum[:]
		key = append(key, last...)
	}
	block, err := aes.NewCipher(key[:32])
	if err != nil {
		return nil, err
	}
	plain := make([]byte, len(text))
	cipher.NewCBCDecrypter(block, key[32:32+aes.BlockSize]).CryptBlocks(plain, text)
	padding := int(plain[len(plain)-1])
	if padding == 0 || padding > aes.BlockSize || !bytes.Equal(plain[len(plain)-padding:], bytes.Repeat([]byte{byte(padding)}, padding)) {
		return nil, errors.New("the key is wrong")
	}
	return plain[:len(plain)-padding], nil
}

// entry returns the entry for a session of Leapp. portals has the integrations by id, and names the
// names of the sessions by id.
func (l leappSession) entry(path string, portals map[string]*Portal, names map[string]string) Entry {
	e := Entry{Name: l.Name, Place: fmt.Sprintf("%s: session %s", path, l.Name), Region: l.Region}
	switch l.Type {
	case "awsSsoRole":
		// Leapp writes arn:aws:iam::ACCOUNT/ROLE, without "role".
		account, role, _ := strings.Cut(strings.TrimPrefix(l.RoleARN, "arn:aws:iam::"), "/")
		portal := portals[l.Integration]
		if portal == nil {
			e.Impossible = "its integration is missing"
			return e
		}
		e.Role = &Role{portal, account, role}
		e.Name = l.Name + " " + role // sessions of one account have one name
		e.Wanted = l.Name + "-" + role
		e.alias = l.ID
	case "awsIamRoleChained":
		e.Assume = &Assume{ARN: l.RoleARN, SessionName: l.RoleSession, Source: l.Parent, from: names[l.Parent]}
		e.alias = l.ID
		if account, _ := profile.ARNParts(l.RoleARN); account == "" {
			e.Assume, e.Impossible = nil, "its role has no ARN"
		}
	case "awsIamUser":
		e.Impossible = "Leapp keeps its access keys in the keychain, and lanyard does not read them"
	case "awsIamRoleFederated":
		e.Impossible = "it signs in with SAML, which lanyard does not support"
	default:
		e.Impossible = "it is not a session of AWS: " + l.Type
	}
	return e
}
