/* The few words that Streamlit itself puts on a page, in the language of the page. Our own texts never pass here.
   Only whole texts that stand in this list are replaced, and only outside what the pages write themselves. */
(function () {
  "use strict";
  /* [what Streamlit says, Chinese, English where ours is plainer] */
  var WORDS = [
      ["Press Enter to apply", "按回车生效"],
      ["Press Enter to submit form", "按回车提交"],
      ["Press Ctrl+Enter to apply", "按 Ctrl+回车生效"],
      ["Press Ctrl+Enter to submit form", "按 Ctrl+回车提交"],
      ["Upload", "选择文件"],
      ["file upload", "选择文件"],
      ["Add files", "继续添加"],
      ["Drag and drop a file here", "把文件拖到这里"],
      ["Drag and drop files here", "把文件拖到这里"],
      ["Choose an option", "请选择"],
      ["Choose options", "请选择"],
      ["Select...", "请选择"],
      ["No results", "没有匹配的选项"],
      ["No options to select", "没有可选的"],
      ["No options", "没有可选的"],
      ["Select all", "全选"],
      ["Clear value", "清除"],
      ["Clear all", "全部清除"],
      ["Clear date", "清除日期"],
      ["Choose date", "选择日期"],
      ["Use arrow keys to navigate dates. Enter to select. Escape to close.", "方向键选日期，回车确定，Esc 关闭。"],
      ["Open", "展开"],
      ["Close", "关闭"],
      ["Increment", "加"],
      ["Decrement", "减"],
      ["Number is above the allowed range.", "数字太大。"],
      ["Number is below the allowed range.", "数字太小。"],
      ["Sort ascending", "升序排列"],
      ["Sort descending", "降序排列"],
      ["Autosize", "自动列宽"],
      ["Pin column", "固定此列"],
      ["Unpin column", "取消固定"],
      ["Hide column", "隐藏此列"],
      ["Copy column name", "复制列名"],
      ["Statistics", "统计"],
      ["Based on sample", "按抽样"],
      ["Failed to load data", "没有读到数据"],
      ["Loading...", "正在读取…"],
      ["Values", "值的个数"],
      ["Distinct", "不同的值"],
      ["Empty", "空"],
      ["Minimum", "最小"],
      ["Maximum", "最大"],
      ["Average", "平均"],
      ["Median", "中位"],
      ["Standard deviation", "标准差"],
      ["Minimum length", "最短"],
      ["Maximum length", "最长"],
      ["Average length", "平均长度"],
      ["Format", "显示格式"],
      ["Automatic", "自动"],
      ["Localized", "按本地习惯"],
      ["Plain", "不加格式"],
      ["Compact", "简写"],
      ["Dollar", "美元"],
      ["Euro", "欧元"],
      ["Yen", "日元"],
      ["Percent", "百分比"],
      ["Scientific", "科学计数"],
      ["Accounting", "会计"],
      ["Distance", "相对时间"],
      ["Calendar", "日历"],
      ["Type to search", "输入要找的字"],
      ["Search", "查找"],
      ["Previous Result", "上一处"],
      ["Next Result", "下一处"],
      ["Close Search", "关闭查找"],
      ["Running...", "正在处理…"],
      ["Running…", "正在处理…"],
      ["Stop", "停止"],
      ["Stopping...", "正在停止…"],
      ["Connecting", "正在连接"],
      ["CONNECTING", "正在连接"],
      ["Please wait...", "请稍候…"],
      ["Skip to main content", "跳到正文"],
      ["App pages", "各页"],
      ["Copy to clipboard", "复制"],
      ["Copied", "已复制"],
      ["View fullscreen", "全屏查看"],
      ["Fullscreen", "全屏查看"],
      ["Close fullscreen", "退出全屏"],
      ["Link to heading", "本节地址"],
      ["Connection error", "与程序的连接断了", "The connection is lost"],
      [
        "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:",
        "程序可能已经停止。请重新启动程序（单机：make app），或联系管理员；连上后本页会继续。已记下的决定都在案卷库里。",
        "The program may have stopped. Start it again (one computer: make app) or tell the administrator; the page goes on by itself. Every recorded decision is kept.",
      ],
      [
        "Streamlit server is not responding. Are you connected to the internet?",
        "程序没有回答，可能已经停止或网络不通。请重新启动程序（单机：make app），或联系管理员；连上后本页会继续。已记下的决定都在案卷库里。",
        "The program does not answer: it has stopped, or the network is down. Start it again (one computer: make app) or tell the administrator; the page goes on by itself. Every recorded decision is kept.",
      ],
      [
        "Connection lost. Please wait for the app to reconnect, then try again.",
        "连接断了，请等页面重新连上再试。",
      ],
      ["Page not found", "没有这一页"],
      ["Network error", "网络不通"],
    ],
    PATTERNS = [
      [/^(\d+(?:\.\d+)?) ?([KMG]B) per file$/, "每个文件不超过 $1 $2"],
      [/^(\d+) more$/, "另有 $1 页"],
      [/^(\d+) results?$/, "$1 处"],
      [/^(.+) files are not allowed\.$/, "不能使用 $1 文件。"],
      [/^File must be (.+) or smaller\.$/, "文件不能超过 $1。"],
      [/^Help for (.+)$/, "说明：$1"],
      [/^Add: (.+)$/, "添加：$1"],
      [
        /^(?:This app has encountered an error\.|Uh oh\.) The original error message is redacted[\s\S]*$/,
        "这一页出错了，原因已记入日志。请刷新页面再试；仍不行请联系管理员。已记下的决定都在案卷库里。",
        "This page failed; the reason is in the log. Reload it; if it fails again tell the administrator. Every recorded decision is kept.",
      ],
    ],
    NAMES = ["title", "aria-label", "placeholder", "alt"],
    /* What the pages and the data write: addresses, names and numbers stay as they are. */
    OURS =
      "[data-testid='stMarkdownContainer'], [data-testid='stCaptionContainer'], [data-testid='stFileUploaderFileName'], [role='option'][data-key], pre, code, style, script, textarea, canvas, table[role='grid']",
    THEIRS =
      "[data-testid='stException'], [data-testid='stAlertContentError'], [role='dialog'], [data-testid='stFileUploaderDropzone'], [data-testid='stStatusWidget'], [data-testid='stTopNavSection']",
    found = {},
    /* What stood there before, and what we put in its place: only that is turned back. */
    before = new WeakMap();
  WORDS.forEach(function (row) {
    found[row[0]] = row;
  });

  function language() {
    var mark = document.getElementById("dp-language");
    return mark && mark.dataset.language === "en" ? 2 : 1;
  }
  function said(text, to) {
    var trimmed = text.trim(),
      row = Object.prototype.hasOwnProperty.call(found, trimmed) ? found[trimmed] : null,
      i;
    if (row) {
      return row[to] || row[0];
    }
    for (i = 0; trimmed && i < PATTERNS.length; i++) {
      if (PATTERNS[i][0].test(trimmed)) {
        return PATTERNS[i][to] ? trimmed.replace(PATTERNS[i][0], PATTERNS[i][to]) : trimmed;
      }
    }
    return null;
  }
  /* `kept` is what was written last time: {original, ours}. */
  function turned(text, kept, to) {
    var original = kept && kept.ours === text ? kept.original : text,
      ours = said(original, to);
    return ours === null ? null : { original: original, ours: ours };
  }
  function text(node) {
    var parent = node.parentElement,
      now;
    if (!parent || (parent.closest(OURS) && !parent.closest(THEIRS))) {
      return;
    }
    now = turned(node.nodeValue, before.get(node), language());
    if (now) {
      before.set(node, now);
      if (node.nodeValue !== now.ours) {
        node.nodeValue = now.ours;
      }
    }
  }
  function names(element) {
    var kept = before.get(element) || {};
    NAMES.forEach(function (name) {
      var value = element.getAttribute(name),
        now = value && turned(value, kept[name], language());
      if (now) {
        kept[name] = now;
        before.set(element, kept);
        if (value !== now.ours) {
          element.setAttribute(name, now.ours);
        }
      }
    });
  }
  function look(node) {
    var walker, one;
    if (node.nodeType === Node.TEXT_NODE) {
      text(node);
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) {
      return;
    }
    names(node);
    walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    while ((one = walker.nextNode())) {
      (one.nodeType === Node.TEXT_NODE ? text : names)(one);
    }
  }
  function all() {
    document.documentElement.lang = language() === 2 ? "en" : "zh-CN";
    look(document.body);
  }
  if (window.doorplateWords) {
    window.doorplateWords();
    return;
  }
  window.doorplateWords = all;
  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      if (change.type === "childList") {
        change.addedNodes.forEach(look);
      } else if (change.type === "attributes") {
        names(change.target);
      } else {
        text(change.target);
      }
    });
  }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: NAMES });
  all();
})();
