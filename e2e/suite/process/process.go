// Package process runs the components. None outlives the suite: the whole suite
// is one PID namespace, which the kernel empties when its first process ends,
// however it ends; so nothing here has to survive a crash.
package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Spec says what to run.
type Spec struct {
	// Name of the log file, and in messages.
	Name string
	Path string
	Args []string
	Env  []string
	// Root is a directory that the process takes for the file system, "" for the real one.
	Root string
	// LogDir takes NAME.log.
	LogDir string
}

// Process is one that was started.
type Process struct {
	name, log string
	cmd       *exec.Cmd
	done      chan struct{}
	err       error
}

// Start runs a program in a process group of its own, with its output in a file.
func Start(s Spec) (*Process, error) {
	log := filepath.Join(s.LogDir, s.Name+".log")
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p := &Process{
		name: s.Name, log: log, done: make(chan struct{}),
		cmd: &exec.Cmd{
			Path: s.Path, Args: append([]string{s.Path}, s.Args...), Env: s.Env, Dir: "/",
			Stdout: out, Stderr: out,
			SysProcAttr: &syscall.SysProcAttr{Setpgid: true, Chroot: s.Root},
		},
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", s.Name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// Ended says that the process is gone, and shows the end of its log.
func (p *Process) Ended() error {
	select {
	case <-p.done:
		return fmt.Errorf("%s ended: %w\n%s", p.name, errors.Join(p.err), p.Tail(20))
	default:
		return nil
	}
}

// Stop ends the process and what it started, at the latest after grace.
func (p *Process) Stop(grace time.Duration) {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(grace):
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.done
	}
}

// Tail returns the last lines of the log.
func (p *Process) Tail(lines int) string {
	data, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	all := bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	return string(bytes.Join(all[max(0, len(all)-lines):], []byte("\n")))
}
