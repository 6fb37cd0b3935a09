# SPDX-License-Identifier: LGPL-2.1-or-later
"""The completion of bash, zsh and fish, each asked in the shell itself, against what the program says of itself."""

import re

import box
import web

# Each reads command lines from its input, "|" being the cursor, and prints LINE, a tab and a candidate.
BASH = r"""
source /usr/share/bash-completion/completions/wolffia
while IFS= read -r given; do
        COMP_LINE=${given%|}
        COMP_POINT=${#COMP_LINE} COMPREPLY=()
        _wolffia 2>/dev/null
        for candidate in "${COMPREPLY[@]}"; do printf '%s\t%s\n' "$given" "$candidate"; done
done
"""

FISH = r"""
while read -l given
    set -l line (string replace -r '\|$' '' -- $given)
    for candidate in (complete -C $line)
        printf '%s\t%s\n' $given (string split -f1 \t -- $candidate)
    end
end
"""

# What a terminal of zsh would offer: its own compadd is told of all matches on their way. ^G ends a line.
ZSH_INSIDE = r"""
PS1= ; unsetopt beep
autoload -Uz compinit && compinit -u -d ~/asked/zcompdump
compadd() {
        local -a found
        if (( ${@[(I)-[OAD]]} == 0 )); then
                builtin compadd -O found "$@"
                (( $#found )) && printf '%s\n' "${found[@]}" >>$ANSWER
        fi
        builtin compadd "$@"
}
finish() { print -r -- $'\004' >>$ANSWER; zle kill-whole-line }
zle -N finish
bindkey '^G' finish
bindkey '^I' complete-word
"""

ZSH = r"""
zmodload zsh/zpty zsh/zselect
export ANSWER=~/asked/answer
zpty shell zsh -f -i
zpty -w shell 'source ~/asked/zsh-inside; print -r ready >$ANSWER'
repeat 200; do [[ -s $ANSWER ]] && break; zselect -t 5; done
while IFS= read -r given; do
        : >$ANSWER
        zpty -w -n shell "${given%|}"$'\t\007'
        # What it draws has to be read, or it stops when the terminal is full.
        repeat 400; do
                while zpty -r -t shell drawn; do :; done
                [[ $(<$ANSWER) == *$'\004'* ]] && break
                zselect -t 1
        done
        for candidate in ${(fu)"$(<$ANSWER)"}; do
                [[ $candidate == $'\004' ]] || printf '%s\t%s\n' "$given" "$candidate"
        done
done
zpty -d shell
"""

SHELLS = {"bash": "bash ~/asked/ask.bash", "fish": "fish ~/asked/ask.fish", "zsh": "zsh -f ~/asked/ask.zsh"}


def ask(machine, shell, lines):
    """Line → set of candidates."""
    machine.write(f"~/asked/ask.{shell}", {"bash": BASH, "fish": FISH, "zsh": ZSH}[shell])
    machine.write("~/asked/zsh-inside", ZSH_INSIDE)
    answers = {line: set() for line in lines}
    for answer in machine.alice(SHELLS[shell], stdin="".join(f"{line}|\n" for line in lines).encode(), timeout=120).out.splitlines():
        line, candidate = answer.split("\t", 1)
        answers[line.removesuffix("|")].add(candidate.strip())
    machine.alice("rm -r ~/asked")
    return answers


def expected(machine):
    """Command line → what belongs behind it, out of the help texts."""
    script = r"""
    show() { echo "@ $*"; wolffia "$@" --help; }
    wolffia --help
    for verb in $(wolffia --help | sed -n 's/^  \([a-z-]*\)  .*/\1/p'); do
            show $verb
            for child in $(wolffia $verb --help | sed -n '/^Verbs:/,$s/^  \([a-z]*\)  .*/\1/p'); do show $verb $child; done
    done"""
    result = {}
    texts = re.split(r"^@ (.*)\n", machine.alice(script).out, flags=re.M)
    result["wolffia "] = set(re.findall(r"^  ([a-z]+)  ", texts[0], re.M))
    for verb, text in zip(texts[1::2], texts[2::2]):
        if "\nVerbs:\n" in text:
            result[f"wolffia {verb} "] = set(re.findall(r"^  ([a-z]+)  ", text.split("\nVerbs:\n")[1], re.M))
        else:
            result[f"wolffia {verb} --"] = {name + sign for name, sign in re.findall(r"^  (?:-\w, )?(--[\w-]+)(=?)", text, re.M)}
    return result


def compare(machine, shell):
    wanted = expected(machine)
    assert len(wanted) > 30
    found = ask(machine, shell, wanted)
    for line, words in wanted.items():
        words = words | {"--help"} if line.endswith("--") else words
        given = {re.sub(r"^(--security-opt=).*", r"\1", word) for word in found[line]} - ({"--help", "--version"} - words)
        assert given == words, (shell, line, sorted(given - words), sorted(words - given))


def test_bash_offers_what_help_lists(machine):
    compare(machine, "bash")


def test_fish_offers_what_help_lists(machine):
    compare(machine, "fish")


def test_zsh_offers_what_help_lists(machine):
    compare(machine, "zsh")


def test_names_are_offered_in_all_shells(machine):
    box.import_image(machine)
    machine.write("~/.config/wolffia/mine.network", "[Network]\n")
    web.write(machine, box.container("Network=none", "Exec=sleep 600"), "completes")
    machine.alice("wolffia volume create offered && echo x | wolffia secret create offered - && touch ~/offered.container")
    lines = {"wolffia start comp": "completes", "wolffia rmi b": "box", "wolffia volume remove off": "offered", "wolffia linger st": "status", "wolffia explain N1": "N12",
             "wolffia secret remove off": "offered", "wolffia check off": "offered.container", "wolffia run b": "box", "wolffia run --network=mi": "--network=mine",
             "wolffia run --secret=o": "--secret=offered", "wolffia run --volume=o": "--volume=offered"}
    try:
        for shell in SHELLS:
            found = ask(machine, shell, lines)
            for line, word in lines.items():
                # Bash has the value alone in its hands, behind its "=".
                assert {word, word.split("=")[-1]} & found[line], (shell, line, found[line])
    finally:
        machine.alice("wolffia volume remove offered; wolffia secret remove offered; rm ~/offered.container ~/.config/wolffia/mine.network ~/.config/wolffia/completes.container")
