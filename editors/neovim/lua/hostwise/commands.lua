-- :Hostwise topology | explain [HOST [NAME]] | variables [HOST]: the answer in a window of its own.
local M = {}

local text = require('hostwise.text')

---The client of the current buffer, or any.
local function client()
  return vim.lsp.get_clients({ bufnr = 0, name = 'hostwise' })[1] or vim.lsp.get_clients({ name = 'hostwise' })[1]
end

---Shows a page in a split; <CR> goes to the line that a line is about, q closes.
local function open(name, page, encoding)
  local from = vim.api.nvim_get_current_win()
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, page.lines)
  vim.api.nvim_buf_set_name(buffer, ('hostwise://%s/%d'):format(name, buffer))
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].bufhidden = 'wipe'
  vim.bo[buffer].filetype = 'hostwise'
  local marks = vim.api.nvim_create_namespace('hostwise')
  for row, line in ipairs(page.lines) do
    local group = ({ ['!'] = 'DiagnosticInfo', ['-'] = 'Comment', ['?'] = 'Comment' })[line:match('^%s*(%S) ')]
    group = group or (line:match('^%S') and 'Title')
    if group then vim.api.nvim_buf_set_extmark(buffer, marks, row - 1, 0, { end_row = row - 1, end_col = #line, hl_group = group }) end
  end
  vim.cmd('botright vsplit')
  vim.api.nvim_win_set_buf(0, buffer)
  vim.wo[0].wrap = true
  vim.wo[0].linebreak = true
  vim.wo[0].breakindent = true
  vim.keymap.set('n', '<CR>', function()
    local location = page.locations[vim.api.nvim_win_get_cursor(0)[1]]
    if not location then return end
    if vim.api.nvim_win_is_valid(from) then vim.api.nvim_set_current_win(from) end
    if vim.lsp.util.show_document then
      vim.lsp.util.show_document(location, encoding, { focus = true })
    else
      vim.lsp.util.jump_to_location(location, encoding)
    end
  end, { buffer = buffer, desc = 'Go to the line' })
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = buffer, desc = 'Close' })
end

---@param method string
---@param params table
---@param show fun(answer: table): hostwise.Page
---@param name string
local function ask(method, params, show, name)
  local running = client()
  if not running then return vim.notify('hostwise is not running: open an inventory', vim.log.levels.WARN) end
  local function answered(problem, answer)
    if problem then return vim.notify(problem.message, vim.log.levels.ERROR) end
    if type(answer) ~= 'table' then return vim.notify(name .. ': nothing is known of it', vim.log.levels.WARN) end
    open(name, show(answer), running.offset_encoding)
  end
  if vim.fn.has('nvim-0.11') == 1 then
    running:request(method, params, answered)
  else
    running.request(method, params, answered)
  end
end

---The inventories of the current file alone, unless it is in none.
local function of_file()
  local name = vim.api.nvim_buf_get_name(0)
  return vim.bo.buftype == '' and name ~= '' and { uri = vim.uri_from_bufnr(0) } or nil
end

---The name under the cursor, with the dots and dashes of host names.
local function word()
  local line, column = vim.api.nvim_get_current_line(), vim.api.nvim_win_get_cursor(0)[2] + 1
  local from = 1
  while true do
    local first, last = line:find('[%w_.-]+', from)
    if not first then return '' end
    if column <= last then return column >= first and line:sub(first, last) or '' end
    from = last + 1
  end
end

local SUBCOMMANDS = {
  difference = function(arguments)
    local left, right = arguments[1], arguments[2]
    if not right then left, right = word(), left end
    if not right then return vim.notify('Hostwise: difference HOST, or two of them', vim.log.levels.ERROR) end
    local params = { textDocument = of_file(), left = left, right = right, defaults = false }
    ask('hostwise/compareHosts', params, text.difference, left .. ' and ' .. right)
  end,
  topology = function() ask('hostwise/topology', vim.empty_dict(), text.topology, 'topology') end,
  explain = function(arguments)
    local host = arguments[1] or word()
    ask('hostwise/explain', { textDocument = of_file(), host = host, name = arguments[2] }, text.explanation, host)
  end,
  variables = function(arguments)
    local host = arguments[1] or word()
    ask('hostwise/effectiveVariables', { textDocument = of_file(), host = host, defaults = false }, text.variables, host)
  end,
}

function M.run(arguments)
  local run = SUBCOMMANDS[arguments[1]]
  if not run then return vim.notify('Hostwise: topology, explain, variables or difference', vim.log.levels.ERROR) end
  run(vim.list_slice(arguments, 2))
end

function M.complete(lead)
  local names = vim.tbl_keys(SUBCOMMANDS)
  table.sort(names)
  return vim.tbl_filter(function(name) return vim.startswith(name, lead) end, names)
end

return M
