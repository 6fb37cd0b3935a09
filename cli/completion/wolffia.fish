# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of wolffia(1) for fish; the program itself knows what comes next.

function __wolffia_complete
    set -l words (commandline --tokenize --cut-at-cursor --current-process) (commandline --current-token --cut-at-cursor)
    for line in ($words[1] complete $words[2..] 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path (commandline --current-token --cut-at-cursor)
            case :commands
                __fish_complete_command
            case '*'
                echo $line
        end
    end
end

complete --command wolffia --no-files --arguments '(__wolffia_complete)'
