#compdef wolffia
# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of wolffia(1) for zsh; the program itself knows what comes next.

_wolffia() {
        local line
        local -a candidates

        for line in ${(f)"$($words[1] complete "${(@)words[2,CURRENT]}" 2>/dev/null)"}; do
                case $line in
                :files) _files; return ;;
                :commands) _command_names -e; return ;;
                *) candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
                esac
        done
        _describe wolffia candidates
}

_wolffia "$@"
