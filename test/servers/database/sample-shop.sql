-- A small web shop with one of everything that a dump must carry: tables of several kinds, views, triggers, routines, an
-- event, JSON, blobs, emoji. Every row comes from its number, so the shop is the same each time it is opened.

SET NAMES utf8mb4;
SET time_zone = '+00:00';

CREATE TABLE customers (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email VARCHAR(190) NOT NULL UNIQUE,
  full_name VARCHAR(120) NOT NULL,
  address JSON NOT NULL,
  created_at DATETIME NOT NULL,
  KEY by_name (full_name)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE products (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku CHAR(10) NOT NULL UNIQUE,
  title VARCHAR(160) NOT NULL,
  description TEXT NOT NULL,
  price DECIMAL(10, 2) NOT NULL,
  price_with_tax DECIMAL(10, 2) AS (ROUND(price * 1.19, 2)) STORED,
  stock INT NOT NULL DEFAULT 0,
  thumbnail BLOB,
  FULLTEXT KEY search (title, description)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE orders (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id INT UNSIGNED NOT NULL,
  state ENUM('open', 'paid', 'shipped', 'returned') NOT NULL DEFAULT 'open',
  note VARCHAR(255),
  ordered_at DATETIME NOT NULL,
  CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id),
  KEY by_time (ordered_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE order_lines (
  order_id INT UNSIGNED NOT NULL,
  line TINYINT UNSIGNED NOT NULL,
  product_id INT UNSIGNED NOT NULL,
  quantity SMALLINT UNSIGNED NOT NULL,
  price DECIMAL(10, 2) NOT NULL,
  PRIMARY KEY (order_id, line),
  CONSTRAINT lines_order FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT lines_product FOREIGN KEY (product_id) REFERENCES products (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE reviews (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id INT UNSIGNED NOT NULL,
  customer_id INT UNSIGNED NOT NULL,
  stars TINYINT UNSIGNED NOT NULL,
  body TEXT NOT NULL,
  CONSTRAINT reviews_product FOREIGN KEY (product_id) REFERENCES products (id),
  CONSTRAINT reviews_customer FOREIGN KEY (customer_id) REFERENCES customers (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE stock_log (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  product_id INT UNSIGNED NOT NULL,
  was INT NOT NULL,
  becomes INT NOT NULL,
  changed_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE sessions (
  id CHAR(32) NOT NULL PRIMARY KEY,
  customer_id INT UNSIGNED,
  seen_at DATETIME NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

INSERT INTO customers (id, email, full_name, address, created_at)
SELECT seq,
  CONCAT('customer', seq, '@shop.example'),
  CONCAT(ELT(1 + seq % 7, 'Ada', 'Björn', 'Chloé', 'Dženana', 'Émile', 'Nguyễn', '花子'), ' ', ELT(1 + seq % 5, 'O''Hara', 'Müller', 'da Silva', 'Łukasz', 'Smith'), ' ', seq),
  JSON_OBJECT('street', CONCAT(1 + seq % 120, ' "Long" Road'), 'city', ELT(1 + seq % 4, 'Köln', 'São Paulo', 'Kraków', '東京'), 'floor', seq % 9),
  '2025-01-01' + INTERVAL seq * 37 MINUTE
FROM seq_1_to_800;

INSERT INTO products (id, sku, title, description, price, stock, thumbnail)
SELECT seq,
  CONCAT('SKU', LPAD(seq, 7, '0')),
  CONCAT(ELT(1 + seq % 6, 'Teapot', 'Lamp', 'Notebook', 'Bicycle bell', 'Scarf', 'Compass'), ' No. ', seq, ELT(1 + seq % 4, '', ' 🫖', ' ✨', ' (2nd edition)')),
  REPEAT(CONCAT('Made to last; ships in two days. Lot ', MD5(seq), '. '), 1 + seq % 12),
  ROUND(1 + (CRC32(seq) % 20000) / 100, 2),
  CRC32(CONCAT('stock', seq)) % 500,
  UNHEX(REPEAT(SHA2(CONCAT('thumbnail', seq), 512), 1 + seq % 30))
FROM seq_1_to_300;

INSERT INTO orders (id, customer_id, state, note, ordered_at)
SELECT seq,
  1 + CRC32(CONCAT('customer', seq)) % 800,
  ELT(1 + CRC32(CONCAT('state', seq)) % 4, 'open', 'paid', 'shipped', 'returned'),
  IF(seq % 11 = 0, CONCAT('Leave it with the neighbour; it''s a gift 🎁\nThank you'), NULL),
  '2026-01-01' + INTERVAL seq * 149 MINUTE
FROM seq_1_to_3000;

INSERT INTO order_lines (order_id, line, product_id, quantity, price)
SELECT o.seq, l.seq, 1 + CRC32(CONCAT('line', o.seq, '-', l.seq)) % 300, 1 + CRC32(CONCAT(o.seq, l.seq)) % 4, ROUND(1 + (CRC32(CONCAT(l.seq, 'p', o.seq)) % 20000) / 100, 2)
FROM seq_1_to_3000 o JOIN seq_1_to_5 l ON l.seq <= 1 + CRC32(CONCAT('lines', o.seq)) % 5;

INSERT INTO reviews (id, product_id, customer_id, stars, body)
SELECT seq, 1 + CRC32(CONCAT('rp', seq)) % 300, 1 + CRC32(CONCAT('rc', seq)) % 800, 1 + CRC32(CONCAT('rs', seq)) % 5,
  CONCAT(ELT(1 + seq % 4, 'Would buy again 👍', 'Arrived late, but lovely.', 'It''s "fine".\nNothing more.', 'Não gostei; back it goes \\o/'), ' #', seq)
FROM seq_1_to_1500;

INSERT INTO sessions (id, customer_id, seen_at)
SELECT MD5(CONCAT('session', seq)), 1 + seq % 800, '2026-11-20' + INTERVAL seq SECOND
FROM seq_1_to_2000;

CREATE VIEW order_totals AS
  SELECT o.id, o.customer_id, o.ordered_at, SUM(l.quantity * l.price) AS total
  FROM orders o JOIN order_lines l ON l.order_id = o.id
  GROUP BY o.id, o.customer_id, o.ordered_at;

CREATE VIEW best_customers AS
  SELECT c.id, c.full_name, SUM(t.total) AS spent
  FROM customers c JOIN order_totals t ON t.customer_id = c.id
  GROUP BY c.id, c.full_name
  HAVING spent > 500;

DELIMITER //

CREATE TRIGGER log_stock AFTER UPDATE ON products FOR EACH ROW
BEGIN
  IF NEW.stock <> OLD.stock THEN
    INSERT INTO stock_log (product_id, was, becomes) VALUES (NEW.id, OLD.stock, NEW.stock);
  END IF;
END//

CREATE TRIGGER keep_paid_orders BEFORE DELETE ON orders FOR EACH ROW
BEGIN
  IF OLD.state <> 'open' THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'Only open orders may go; this one is history.';
  END IF;
END//

CREATE FUNCTION in_euro(cents INT) RETURNS VARCHAR(20) DETERMINISTIC
  RETURN CONCAT(FORMAT(cents / 100, 2), ' €')//

CREATE PROCEDURE ship(IN which INT UNSIGNED)
BEGIN
  UPDATE products p JOIN order_lines l ON l.product_id = p.id SET p.stock = p.stock - l.quantity WHERE l.order_id = which;
  UPDATE orders SET state = 'shipped' WHERE id = which;
END//

CREATE EVENT forget_sessions ON SCHEDULE EVERY 1 HOUR STARTS '2026-01-01 00:00:00' DO
  DELETE FROM sessions WHERE seen_at < NOW() - INTERVAL 30 DAY//

DELIMITER ;
