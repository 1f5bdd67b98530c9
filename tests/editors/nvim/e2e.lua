-- The server in a real Neovim, headless. 0.11 and newer run the lines of the README, 0.10 those of editors/neovim.
-- Waits are for conditions; the limits only turn a wrong server into a failure.
local workspace = assert(vim.env.WORKSPACE)
local passed = 0
local SENTENCE = 'etcd-only in separate mode: nerdctl not installed here'

local function step(what)
  passed = passed + 1
  io.stdout:write(('ok %d - %s\n'):format(passed, what))
end

local function await(what, condition)
  local value
  if not vim.wait(30000, function() value = condition() return value end, 10) then
    error('timed out waiting for ' .. what .. ': ' .. vim.inspect(vim.diagnostic.get(0)), 2)
  end
  return value
end

---The lines between ```lua fences below a heading of the README.
local function readme_lines(heading)
  local text = table.concat(vim.fn.readfile(assert(vim.env.README)), '\n')
  local section = assert(text:match(vim.pesc(heading) .. '\n(.-)\n### '), heading)
  return assert(section:match('```lua\n(.-)\n```'), 'lua lines')
end

local function messages()
  return vim.tbl_map(function(d) return d.message end, vim.diagnostic.get(0))
end

local function shows(message)
  return function() return vim.tbl_contains(messages(), message) end
end

local function row_of(text, from)
  local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  for row = from or 1, #lines do
    if lines[row]:find(text, 1, true) then return row - 1, lines[row]:find(text, 1, true) - 1 end
  end
  error('no line with ' .. text)
end

---The lines of a window that a command of the plugin opens, and its closing.
local function window_of(command)
  local before = vim.api.nvim_get_current_buf()
  vim.cmd(command)
  await(command, function() return vim.bo.filetype == 'hostwise' and vim.api.nvim_get_current_buf() ~= before end)
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
end

local function contains(text, parts)
  for _, part in ipairs(parts) do
    assert(text:find(part, 1, true), part .. ' in\n' .. text:sub(1, 4000))
  end
end

local function commands()
  vim.cmd.edit(workspace .. '/hosts.yaml')
  local text = window_of('Hostwise topology')
  contains(text, { '3 hosts, separate layout, Kubespray', 'etcd-only: 1 host', '! ' .. SENTENCE, 'Load balancer: nginx' })
  local row = vim.fn.search('^  db-3$', 'w')
  assert(row > 0, text)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes('<CR>', true, false, true), 'x', false)
  assert(vim.api.nvim_buf_get_name(0):match('hosts%.yaml$') and vim.api.nvim_get_current_line():find('db-3', 1, true))
  step('the topology as text leads to the lines')
  text = window_of('Hostwise explain')
  contains(text, { 'db-3: etcd-only in separate layout', 'Not installed', 'nerdctl', 'not in k8s_cluster' })
  vim.cmd.close()
  text = window_of('Hostwise explain db-3 nerdctl')
  contains(text, { '- nerdctl: no container engine', 'k8s_cluster: not a member', 'etcd_deployment_type: host' })
  vim.cmd.close()
  text = window_of('Hostwise variables db-3')
  contains(text, { 'etcd_deployment_type = host', 'group_vars/all/all.yml:2 (group-vars-all of all)' })
  vim.cmd.close()
  text = window_of('Hostwise difference instance-1 db-3')
  contains(text, { 'instance-1: control plane in separate layout', 'db-3: etcd-only', 'ansible_host\n', '  db-3 = 10.' })
  vim.cmd.close()
  vim.cmd.close()
  step('hosts are explained, and their variables have an origin')
end

---What completion offers below the cursor, and the text of one item written as a client writes it.
local function completion(client, worker)
  vim.api.nvim_buf_set_lines(0, worker + 1, worker + 1, false, { '        inst' })
  vim.api.nvim_win_set_cursor(0, { worker + 2, 12 })
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local answer = assert(vim.lsp.buf_request_sync(0, 'textDocument/completion', params, 30000))[client.id].result
  local item
  for _, offered in ipairs(answer.items or answer) do
    assert(offered.label ~= 'instance-2', 'it is there already')
    if offered.label == 'instance-3' then item = offered end
  end
  vim.lsp.util.apply_text_edits({ assert(item, vim.inspect(answer)).textEdit }, vim.api.nvim_get_current_buf(), client.offset_encoding)
  await('no finding', function() return #vim.diagnostic.get(0) == 0 end)
  vim.api.nvim_buf_set_lines(0, worker + 1, worker + 2, false, {})
  await('the finding', shows(SENTENCE))
  step('a completion is accepted')
end

---An action that asks for its edit when it is chosen: a host more, and undone.
local function refactoring()
  vim.cmd.edit(workspace .. '/hosts.yaml')
  local row = row_of('kube_node:')
  vim.api.nvim_win_set_cursor(0, { row + 1, (vim.api.nvim_get_current_line():find('%S') or 1) + 6 })
  local before = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  vim.lsp.buf.code_action({ apply = true, filter = function(action) return action.title == 'Add a worker' end })
  await('the host', function() return not vim.deep_equal(before, vim.api.nvim_buf_get_lines(0, 0, -1, false)) end)
  row_of('instance-4', row)
  vim.cmd.undo()
  assert(vim.deep_equal(before, vim.api.nvim_buf_get_lines(0, 0, -1, false)), 'it is undone')
  vim.cmd.write()
  step('a refactoring is resolved and applied')
end

---The quick fix at a finding, chosen by its title, and saved.
local function quick_fix()
  local vars = workspace .. '/group_vars/all/owner.yml'
  vim.fn.writefile({ 'kube_owner: kube' }, vars)
  vim.cmd.edit(vars)
  local finding = await('a finding with a fix', function()
    for _, d in ipairs(vim.diagnostic.get(0)) do if d.code == 'cilium-kube-owner' then return d end end
  end)
  vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
  local before = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  vim.lsp.buf.code_action({ apply = true, filter = function(action) return action.kind == 'quickfix' and action.isPreferred ~= false end })
  await('the fix', function() return not vim.deep_equal(before, vim.api.nvim_buf_get_lines(0, 0, -1, false)) end)
  await('no finding', function() return #vim.diagnostic.get(0) == 0 end)
  vim.cmd.write()
  io.stdout:write('#   ' .. table.concat(vim.fn.readfile(vars), '\n#   ') .. '\n')
  step('a quick fix is applied and saved')
  vim.fn.delete(vars)
  vim.cmd.bwipeout({ bang = true })
end

---Renames instance-3 where it is used: in the inventory, and the file that is named after it.
local function rename()
  local vars = workspace .. '/host_vars'
  vim.fn.mkdir(vars, 'p')
  vim.fn.writefile({ 'rack: 3' }, vars .. '/instance-3.yml')
  vim.cmd.edit(workspace .. '/hosts.yaml')
  await('the finding', shows(SENTENCE))
  local row, column = row_of('instance-3:', row_of('etcd:') + 1)
  vim.api.nvim_win_set_cursor(0, { row + 1, column })
  await('the variables of the host', function()
    vim.lsp.buf.rename('db-3')
    return vim.wait(2000, function() return vim.uv.fs_stat(vars .. '/db-3.yml') ~= nil end, 10)
  end)
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  assert(not text:find('instance-3', 1, true) and select(2, text:gsub('db%-3:', '')) == 2, text)
  assert(not vim.uv.fs_stat(vars .. '/instance-3.yml'))
  vim.cmd('silent wall')
  step('a host is renamed in the inventory and in host_vars')
end

local function main()
  vim.opt.swapfile = false
  if vim.lsp.enable then
    assert(load(readme_lines('### Neovim 0.11 and newer')))()
  else
    vim.opt.runtimepath:prepend(assert(vim.env.PLUGIN))
    require('hostwise').setup()
  end
  vim.fn.writefile({ '[defaults]', 'inventory = hosts.yaml' }, workspace .. '/ansible.cfg')
  vim.cmd.edit(workspace .. '/hosts.yaml')
  local client = await('the client', function() return vim.lsp.get_clients({ bufnr = 0, name = 'hostwise' })[1] end)
  await('initialisation', function() return client.initialized end)
  step(('attached: Neovim %s, %s'):format(tostring(vim.version()), client.offset_encoding))

  await('the finding', shows(SENTENCE))
  local finding = vim.diagnostic.get(0)[1]
  local etcd = row_of('etcd:')
  local row, column = row_of('instance-3:', etcd + 1)
  assert(#vim.diagnostic.get(0) == 1 and finding.severity == vim.diagnostic.severity.INFO, vim.inspect(vim.diagnostic.get(0)))
  assert(finding.code == 'component-not-installed' and finding.source == 'hostwise', vim.inspect(finding))
  assert(finding.lnum == row and finding.col == column and finding.end_col == column + #'instance-3', vim.inspect(finding))
  step('the sentence stands at instance-3 in the etcd group')

  vim.api.nvim_win_set_cursor(0, { row + 1, column + 2 })
  vim.lsp.buf.hover()
  local float = await('the hover', function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then return window end
    end
  end)
  local text = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(float), 0, -1, false), '\n')
  for _, part in ipairs({ 'instance-3', 'etcd-only in separate layout', 'nerdctl', 'not in k8s_cluster' }) do
    assert(text:find(part, 1, true), part .. ' in\n' .. text)
  end
  io.stdout:write(text:gsub('^', '#   '):gsub('\n', '\n#   ') .. '\n')
  vim.api.nvim_win_close(float, true)
  step('hover says what the host becomes')

  vim.lsp.inlay_hint.enable(true, { bufnr = 0 })
  local hints = await('inlay hints', function()
    local found = vim.lsp.inlay_hint.get({ bufnr = 0 })
    return #found > 0 and found
  end)
  local labels = vim.tbl_map(function(hint) return hint.inlay_hint.label end, hints)
  assert(vim.tbl_contains(labels, 'etcd-only') and vim.tbl_contains(labels, 'control plane'), vim.inspect(labels))
  step('inlay hints name the roles')

  local worker = row_of('instance-2:', row_of('kube_node:') + 1)
  vim.api.nvim_win_set_cursor(0, { worker + 1, 0 })
  vim.bo.indentexpr = '' -- Neovim would indent it below instance-2
  vim.cmd('normal! oinstance-3:')
  await('no finding', function() return #vim.diagnostic.get(0) == 0 end)
  step('it goes when instance-3 is typed into kube_node')
  vim.cmd.undo()
  await('the finding', shows(SENTENCE))
  step('it comes back with undo')
  completion(client, worker)

  vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# é€😀' })
  vim.api.nvim_buf_set_lines(0, row + 1, row + 2, false, { '        instance-3: # é€😀' })
  vim.api.nvim_buf_set_lines(0, row + 2, row + 2, false, { '        é😀: {x: "a' })
  local broken = await('a syntax error', function()
    for _, d in ipairs(vim.diagnostic.get(0)) do if d.code == 'yaml-syntax' then return d end end
  end)
  local line = vim.api.nvim_buf_get_lines(0, broken.lnum, broken.lnum + 1, false)[1]
  assert(broken.severity == vim.diagnostic.severity.ERROR and line:sub(broken.col + 1, broken.col + 2) == '"a', vim.inspect(broken))
  assert(shows(SENTENCE)(), vim.inspect(messages()))
  step('an unclosed quote behind wide characters is marked at its bytes, and the rest stays known')
  vim.api.nvim_buf_set_lines(0, row + 2, row + 3, false, {})
  await('no syntax error', function() return #vim.diagnostic.get(0) == 1 end)
  step('it goes with the line')

  vim.fn.writefile({ 'container_manager: crio' }, workspace .. '/group_vars/all/engine.yml')
  await('the change from outside', shows((SENTENCE:gsub('nerdctl', 'crictl'))))
  step('a file from outside is seen')
  vim.fn.delete(workspace .. '/group_vars/all/engine.yml')
  await('the change from outside', shows(SENTENCE))

  vim.cmd.write() -- as it was but for a comment
  refactoring()
  quick_fix()
  rename()

  vim.opt.runtimepath:prepend(assert(vim.env.PLUGIN))
  vim.cmd.runtime('plugin/hostwise.lua')
  commands()
  vim.cmd('checkhealth hostwise')
  local health = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  assert(health:find('running for', 1, true) and not health:find('ERROR', 1, true), health)
  step('checkhealth finds the program and the client')
end

vim.schedule(function()
  local ok, message = xpcall(main, debug.traceback)
  if not ok then io.stdout:write('not ok - ' .. tostring(message) .. '\n') end
  io.stdout:write(('%d passed, %d failed\n'):format(passed, ok and 0 or 1))
  for _, client in ipairs(vim.lsp.get_clients()) do
    if vim.fn.has('nvim-0.11') == 1 then client:stop() else client.stop() end
  end
  vim.wait(5000, function() return #vim.lsp.get_clients() == 0 end, 10)
  vim.cmd(ok and 'qall!' or 'cquit 1')
end)
